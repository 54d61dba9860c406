"use client";

import type { DataLabel } from "@guildhall/protocol";
import { LABELS } from "../../../lib/profile-words.ts";
import { Check } from "../../../ui/check.tsx";

/** Some of the data labels. */
export function Labels({
  chosen,
  onChange,
}: {
  chosen: readonly DataLabel[];
  onChange: (chosen: DataLabel[]) => void;
}) {
  return <Choices all={LABELS} chosen={chosen} words={(label) => label} onChange={onChange} />;
}

/** Some of a short list, in its order. */
export function Choices<Name extends string>({
  all,
  chosen,
  words,
  onChange,
}: {
  all: readonly Name[];
  chosen: readonly Name[];
  words: (name: Name) => string;
  onChange: (chosen: Name[]) => void;
}) {
  return (
    <div className="flex flex-wrap gap-x-6">
      {all.map((name) => (
        <Check
          key={name}
          isChecked={chosen.includes(name)}
          onChange={(isChecked) =>
            onChange(all.filter((one) => (one === name ? isChecked : chosen.includes(one))))
          }
        >
          {words(name)}
        </Check>
      ))}
    </div>
  );
}
