"use client";

import "../lib/no-code-from-text.ts";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { paths } from "../lib/paths.ts";
import { isSignedOut } from "../lib/refusal.ts";
import { StepUpDialog } from "./step-up-dialog.tsx";

/** What every page of a tenant shares: one cache of what the Hall has said, and the one dialog that asks for a factor. */
export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(newClient);
  return (
    <QueryClientProvider client={client}>
      {children}
      <StepUpDialog />
    </QueryClientProvider>
  );
}

function newClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isSignedOut(error)) window.location.assign(paths.signIn({ because: "ended" }));
      },
    }),
    defaultOptions: {
      queries: {
        // Whatever polls asks again by itself; whatever does not has a button.
        retry: false,
        // A Hall on this machine answers without any network.
        networkMode: "always",
        staleTime: 500,
      },
    },
  });
}
