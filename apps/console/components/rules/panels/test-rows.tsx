import type { TestResult } from "../../../lib/rule-types.ts";
import { ForeignText } from "../../../ui/foreign-text.tsx";
import { Mark } from "../../../ui/mark.tsx";

/** Tests of the policies with what they promised and what the policies said. */
export function TestRows({ results }: { results: readonly TestResult[] }) {
  return (
    <ul className="border-t border-line">
      {results.map((result, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: two tests may have one name
          key={index}
          className="grid grid-cols-[20px_minmax(0,1fr)] gap-x-2 border-b border-line py-2 text-13 [overflow-wrap:anywhere]"
        >
          <span className="grid h-5 place-items-center">
            <Mark name={result.passed ? "allow" : "deny"} />
          </span>
          <div>
            <p>
              <ForeignText text={result.name} />{" "}
              <span className={result.passed ? "text-quiet" : "font-medium text-deny"}>
                {result.passed ? "passes" : "fails"}
              </span>
            </p>
            {!result.passed && (
              <p>
                Expected <Said text={result.expected} />, got <Said text={result.got} />.
              </p>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Said({ text }: { text: string }) {
  return (
    <span className="font-mono text-12">
      <ForeignText text={text} max={512} />
    </span>
  );
}
