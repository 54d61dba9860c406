import { createTRPCClient, httpBatchLink } from "@trpc/client";
import type { AppRouter } from "./hall-types.ts";
import { paths } from "./paths.ts";

/** The Hall, asked by the browser through the console's own door, which adds the session. */
export const hall = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: paths.trpcDoor() })] });
