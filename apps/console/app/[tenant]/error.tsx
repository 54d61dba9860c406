"use client";

import { RefusalNotice } from "../../components/refusal-notice.tsx";
import { readRefusal } from "../../lib/refusal.ts";

export default function TenantError({ error, reset }: { error: Error; reset: () => void }) {
  return <RefusalNotice what="This page failed" refusal={readRefusal(error)} onRetry={reset} />;
}
