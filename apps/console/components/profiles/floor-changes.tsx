import type { FloorChange } from "../../lib/compare-profiles.ts";

/** What becomes stricter and what looser, the looser first: that is what somebody may not have meant. */
export function FloorChanges({ changes, where }: { changes: readonly FloorChange[]; where: string }) {
  if (changes.length === 0)
    return <p className="text-13">Nothing becomes stricter or looser {where}: the same floors hold.</p>;
  return (
    <div className="space-y-3">
      <Direction title="Looser" sign="−" changes={changes} direction="looser" />
      <Direction title="Stricter" sign="+" changes={changes} direction="stricter" />
      <p className="text-12 text-quiet">
        From the receipt on, for every request {where}. Rules and the platform may demand more.
      </p>
    </div>
  );
}

function Direction({
  title,
  sign,
  changes,
  direction,
}: {
  title: string;
  sign: string;
  changes: readonly FloorChange[];
  direction: FloorChange["direction"];
}) {
  const own = changes.filter((change) => change.direction === direction);
  if (own.length === 0) return null;
  const isLooser = direction === "looser";
  return (
    <section
      aria-label={title}
      className={`border-l-2 px-4 py-2.5 ${isLooser ? "border-hold bg-hold-wash" : "border-edge bg-paper"}`}
    >
      <h3 className="text-13">{title}</h3>
      <ul className="text-13">
        {own.map(({ sentence }) => (
          <li key={sentence} className="grid grid-cols-[16px_minmax(0,1fr)] [overflow-wrap:anywhere]">
            <span aria-hidden className="font-mono text-12 leading-5">
              {sign}
            </span>
            {sentence}
          </li>
        ))}
      </ul>
    </section>
  );
}
