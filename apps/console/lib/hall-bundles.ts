import { createTRPCClient, httpLink } from "@trpc/client";
import type { AppRouter } from "./hall-types.ts";
import { paths } from "./paths.ts";

/** The Hall, asked one thing at a time: what carries a whole bundle cannot travel in a batch. */
export const hallBundles = createTRPCClient<AppRouter>({ links: [httpLink({ url: paths.trpcDoor() })] });
