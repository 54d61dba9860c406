import { CopyButton } from "./copyable.tsx";
import { ForeignText } from "./foreign-text.tsx";

/** Code, or a machine's text: the one thing that may scroll sideways. */
export function CodeBlock({ text, label, max = 4096 }: { text: string; label: string; max?: number }) {
  return (
    <div className="relative rounded border border-line bg-paper">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section tabIndex={0} aria-label={label} className="overflow-x-auto p-3 pr-10">
        <pre className="font-mono text-12 text-ink">
          <ForeignText text={text} max={max} keepsLines />
        </pre>
      </section>
      <div className="absolute top-1.5 right-1.5 rounded bg-paper">
        <CopyButton text={text} label={label} />
      </div>
    </div>
  );
}
