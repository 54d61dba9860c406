/** Status as a shape. Its word always stands beside it, so the shape itself is silent to screen readers. */
export type MarkName = "allow" | "deny" | "hold" | "skipped" | "stale" | "dead" | "running";

const COLOUR: Record<MarkName, string> = {
  allow: "text-allow",
  deny: "text-deny",
  hold: "text-hold",
  skipped: "text-stale",
  stale: "text-stale",
  dead: "text-dead",
  running: "text-accent",
};

export function Mark({ name, size = 12 }: { name: MarkName; size?: number }) {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 12 12" className={`shrink-0 ${COLOUR[name]}`}>
      <Shape name={name} />
    </svg>
  );
}

function Shape({ name }: { name: MarkName }) {
  switch (name) {
    case "allow":
      return <circle cx="6" cy="6" r="4.5" fill="currentColor" />;
    case "deny":
      return <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2.2" strokeLinecap="square" />;
    case "hold":
      return <path d="M4 1.5v9M8 1.5v9" stroke="currentColor" strokeWidth="2.4" />;
    case "skipped":
      return <circle cx="6" cy="6" r="3.75" fill="none" stroke="currentColor" strokeWidth="1.5" />;
    case "stale":
      return (
        <circle
          cx="6"
          cy="6"
          r="4.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeDasharray="2 1.53"
        />
      );
    case "dead":
      return (
        <>
          <rect
            x="1.75"
            y="1.75"
            width="8.5"
            height="8.5"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.5"
          />
          <rect x="4" y="4" width="4" height="4" fill="currentColor" />
        </>
      );
    case "running":
      return (
        <>
          <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path d="M6 2a4 4 0 0 1 0 8z" fill="currentColor" />
        </>
      );
  }
}
