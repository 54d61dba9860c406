import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { askToShowAgain } from "./ask-to-show-again.ts";
import type { AppRouter } from "./hall-types.ts";
import { paths } from "./paths.ts";
import { stepUpLink } from "./step-up-link.ts";

/** The Hall, asked by the browser through the console's own door, which adds the session. */
export const hall = createTRPCClient<AppRouter>({
  links: [stepUpLink(askToShowAgain), httpBatchLink({ url: paths.trpcDoor() })],
});
