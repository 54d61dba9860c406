import { CopyButton } from "./copyable.tsx";
import { ForeignText } from "./foreign-text.tsx";

const SHOWN_MAX = 4096;

/** Code, or a machine's text: the one thing that may scroll sideways. */
export function CodeBlock({ text, label, wraps = false }: { text: string; label: string; wraps?: boolean }) {
  return (
    <div className="relative rounded border border-line bg-paper">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section tabIndex={0} aria-label={label} className="overflow-x-auto p-3 pr-10">
        <pre
          className={`font-mono text-12 text-ink ${wraps ? "whitespace-pre-wrap [overflow-wrap:anywhere]" : ""}`}
        >
          <ForeignText text={text} max={SHOWN_MAX} keepsLines />
        </pre>
      </section>
      <div className="absolute top-1.5 right-1.5 rounded bg-paper">
        <CopyButton text={text} label={label} />
      </div>
    </div>
  );
}
