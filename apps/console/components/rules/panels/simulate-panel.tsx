"use client";

import { useState } from "react";
import { hallBundles } from "../../../lib/hall-bundles.ts";
import type { Simulation } from "../../../lib/rule-types.ts";
import { Button } from "../../../ui/button.tsx";
import { count } from "../../../ui/count.ts";
import { Refused } from "../../answer.tsx";
import { SimulationResult } from "../simulation-result.tsx";
import type { PanelProps } from "./panel-props.ts";

const LASTS = [100, 1000, 10_000];

/** Asks what was asked before again, under the draft and under the rules in force. */
export function SimulatePanel({ text, review: { review } }: PanelProps) {
  const [last, setLast] = useState(1000);
  const [result, setResult] = useState<{ of: string; simulation: Simulation } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const whyOff =
    review !== null && review.digest === null
      ? "The bundle has problems; only a sound one can decide"
      : isBusy
        ? "It is running"
        : undefined;

  async function simulate(): Promise<void> {
    const of = text.text;
    setBusy(true);
    setFailure(null);
    try {
      setResult({ of, simulation: await hallBundles.rule.simulate.mutate({ bundle: of, last }) });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="space-y-4 p-4">
      <p className="text-13 text-quiet">
        Decides recorded requests again under this text and under the rules in force, against the Hall as it
        stands now. Nothing runs and nothing is recorded.
      </p>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <fieldset className="flex items-center gap-1">
          <legend className="sr-only">How many decisions</legend>
          <span className="text-13">The last</span>
          {LASTS.map((value) => (
            <button
              key={value}
              type="button"
              aria-pressed={last === value}
              onClick={() => setLast(value)}
              className="rounded px-2 py-1 text-13 text-quiet hover:bg-wash hover:text-ink aria-pressed:bg-wash aria-pressed:font-medium aria-pressed:text-ink"
            >
              {count(value)}
            </button>
          ))}
        </fieldset>
        <Button because={whyOff} onClick={() => void simulate()}>
          {isBusy ? "Simulating…" : "Simulate"}
        </Button>
      </div>
      {failure !== null && <Refused what="Nothing was simulated" error={failure} />}
      <div aria-live="polite">
        {result && <SimulationResult simulation={result.simulation} isOld={result.of !== text.text} />}
      </div>
    </div>
  );
}
