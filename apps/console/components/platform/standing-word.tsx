import type { Standing } from "../../lib/platform.ts";
import { Mark, type MarkName } from "../../ui/mark.tsx";

const MARKS: Record<Standing, MarkName> = {
  ok: "allow",
  grace: "stale",
  degraded: "hold",
  suspended: "deny",
};

/** How a tenant stands: shape, colour and word. */
export function StandingWord({ standing }: { standing: Standing }) {
  return (
    <span className="inline-flex items-center gap-2">
      <Mark name={MARKS[standing]} /> {standing}
    </span>
  );
}
