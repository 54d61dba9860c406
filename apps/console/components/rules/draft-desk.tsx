"use client";

import { lazy, Suspense, useRef, useState } from "react";
import type { BundlePlace } from "../../lib/bundle-place.ts";
import type { Draft } from "../../lib/rule-types.ts";
import { Tabs } from "../../ui/tabs.tsx";
import { useIsLive } from "../../ui/use-is-live.ts";
import { useWhyNot } from "../use-why-not.ts";
import { DraftConflict } from "./draft-conflict.tsx";
import { DraftHeading } from "./draft-heading.tsx";
import type { EditorHandle } from "./editor/bundle-editor.tsx";
import { DifferencePanel } from "./panels/difference-panel.tsx";
import { PublishPanel } from "./panels/publish-panel.tsx";
import { ReadingPanel } from "./panels/reading-panel.tsx";
import { ReviewPanel } from "./panels/review-panel.tsx";
import { SimulatePanel } from "./panels/simulate-panel.tsx";
import { TestsPanel } from "./panels/tests-panel.tsx";
import { useDraftText } from "./use-draft-text.ts";
import { useKnownWords } from "./use-known-words.ts";
import { useReview } from "./use-review.ts";

/** Nobody else needs the editor, so no other page loads it. */
const BundleEditor = lazy(() => import("./editor/bundle-editor.tsx"));

type PanelName = "reading" | "review" | "tests" | "simulate" | "difference" | "publish";

/** The text on one side, and on the other what can be said of it; below 1100 px one above the other. */
export function DraftDesk({ stored }: { stored: Draft }) {
  const editor = useRef<EditorHandle>(null);
  const text = useDraftText(stored, editor);
  const review = useReview(text.text);
  const known = useKnownWords(text.text);
  const whyNot = useWhyNot("rule:draft");
  const isLive = useIsLive();
  const [place, setPlace] = useState<BundlePlace | null>(null);
  const [open, setOpen] = useState<PanelName>("reading");
  const isReadOnly = text.draft.status !== "open" || whyNot !== undefined;
  const problems = review.review?.problems ?? [];
  const failed = (review.review?.results ?? []).filter(({ passed }) => !passed);
  const goTo: EditorHandle["goTo"] = (target) => editor.current?.goTo(target);
  const panels = { text, review, place, goTo };
  const waiting = <p className="p-4 text-13 text-quiet">Fetching the editor…</p>;
  return (
    <div className="wide:flex wide:h-[calc(100dvh-89px)] wide:flex-col">
      <DraftHeading text={text} whyNot={whyNot} />
      <DraftConflict text={text} />
      <div className="wide:grid wide:min-h-0 wide:flex-1 wide:grid-cols-[minmax(0,1fr)_minmax(420px,480px)]">
        <div className="h-[56dvh] border-y border-line bg-sheet wide:h-auto wide:min-h-0 wide:border-b-0">
          {isLive && (
            <Suspense fallback={waiting}>
              <BundleEditor
                label="Text of the bundle"
                initialText={stored.content}
                isReadOnly={isReadOnly}
                problems={problems}
                known={known}
                onTouch={text.touch}
                onSettle={text.settle}
                onPlace={setPlace}
                onSave={() => void text.save()}
                handle={editor}
              />
            </Suspense>
          )}
        </div>
        <div className="wide:min-h-0 wide:overflow-y-auto wide:border-t wide:border-l wide:border-line">
          <Tabs
            label="What can be said of the draft"
            open={open}
            onOpen={setOpen}
            tabs={[
              { name: "reading", title: "Reading", content: <ReadingPanel {...panels} /> },
              {
                name: "review",
                title: "Review",
                count: problems.length + (review.review?.more ?? 0) + (review.review?.findings.length ?? 0),
                content: <ReviewPanel {...panels} />,
              },
              { name: "tests", title: "Tests", count: failed.length, content: <TestsPanel {...panels} /> },
              { name: "simulate", title: "Simulate", content: <SimulatePanel {...panels} />, keeps: true },
              { name: "difference", title: "Changes", content: <DifferencePanel {...panels} /> },
              { name: "publish", title: "Publish", content: <PublishPanel {...panels} /> },
            ]}
          />
        </div>
      </div>
    </div>
  );
}
