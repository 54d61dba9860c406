import { createTRPCClient, httpLink } from "@trpc/client";
import { askToShowAgain } from "./ask-to-show-again.ts";
import type { AppRouter } from "./hall-types.ts";
import { paths } from "./paths.ts";
import { stepUpLink } from "./step-up-link.ts";

/** The Hall, asked one thing at a time: what carries a whole bundle cannot travel in a batch. */
export const hallBundles = createTRPCClient<AppRouter>({
  links: [stepUpLink(askToShowAgain), httpLink({ url: paths.trpcDoor() })],
});
