"use client";

import { Answer } from "../../answer.tsx";
import { BundleChanges } from "../bundle-changes.tsx";
import { useRulesInForce } from "../rules-in-force-view.tsx";
import type { PanelProps } from "./panel-props.ts";

/** What the draft would change of what is in force now. */
export function DifferencePanel({ text, goTo }: PanelProps) {
  const inForce = useRulesInForce();
  return (
    <div className="p-4">
      <Answer of={inForce} what="The rules in force could not be read" label="Reading the rules in force">
        {({ bundle }) => (
          <BundleChanges
            before={bundle}
            after={text.text}
            what="From the rules in force to the draft"
            onGo={goTo}
          />
        )}
      </Answer>
    </div>
  );
}
