"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useRef, useState } from "react";
import { hallBundles } from "../../lib/hall-bundles.ts";
import { forgetText, type KeptText, keepText, readKept } from "../../lib/kept-text.ts";
import { readRefusal } from "../../lib/refusal.ts";
import { refusalDetail } from "../../lib/refusal-detail.ts";
import type { Draft } from "../../lib/rule-types.ts";
import type { EditorHandle } from "./editor/bundle-editor.tsx";

/** Somebody else has saved since this text was begun. */
export interface Conflict {
  revision: number;
  updated_by: string;
  updated_at: string;
}

/**
 * A draft's text between the author and the Hall: what is saved, what is not yet, and who came in between.
 * Nothing that was typed is thrown away without a word.
 */
export function useDraftText(stored: Draft, editor: RefObject<EditorHandle | null>) {
  const queries = useQueryClient();
  const [saved, setSaved] = useState(stored);
  const [text, setText] = useState(stored.content);
  const [isDirty, setDirty] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [kept, setKept] = useState<KeptText | null>(null);
  const savedText = useRef(stored.content);

  // Text of an earlier visit, that was never saved.
  useEffect(() => {
    const found = readKept(window.sessionStorage, stored.id);
    if (found !== null && found.text !== savedText.current) setKept(found);
  }, [stored.id]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the Hall was asked again, and may know more than we do
  useEffect(() => {
    if (stored.revision < saved.revision) return;
    if (stored.revision === saved.revision || !isDirty) accept(stored);
    else setConflict(stored);
  }, [stored]);

  useEffect(() => {
    if (!isDirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isDirty]);

  function accept(draft: Draft): void {
    setSaved(draft);
    if (draft.content !== savedText.current) {
      savedText.current = draft.content;
      editor.current?.replace(draft.content);
      setText(draft.content);
    }
  }

  async function save(changes: { name?: string; over?: number } = {}): Promise<Draft | null> {
    if (isSaving) return null;
    const content = editor.current?.text() ?? text;
    setSaving(true);
    setFailure(null);
    try {
      const { name, over } = changes;
      const draft: Draft = await hallBundles.draft.save.mutate({
        id: stored.id,
        content,
        revision: over ?? saved.revision,
        ...(name !== undefined && { name }),
      });
      savedText.current = content;
      setSaved(draft);
      setConflict(null);
      setKept(null);
      setDirty((editor.current?.text() ?? content) !== content);
      setText(content);
      forgetText(window.sessionStorage, stored.id);
      queries.setQueryData(["draft.get", stored.id], draft);
      void queries.invalidateQueries({ queryKey: ["draft.list"] });
      return draft;
    } catch (error) {
      if (readRefusal(error).code === "DRAFT_CONFLICT")
        setConflict(refusalDetail(error) as never as Conflict);
      else setFailure(error);
      return null;
    } finally {
      setSaving(false);
    }
  }

  return {
    /** As the Hall has it, as far as we know. */
    draft: saved,
    /** The text as it settled last. */
    text,
    isDirty,
    isSaving,
    conflict,
    failure,
    kept,
    save,
    /** With every change. */
    touch: () => setDirty(true),
    settle: (now: string) => {
      setText(now);
      setDirty(now !== savedText.current);
      if (now === savedText.current) forgetText(window.sessionStorage, stored.id);
      else
        keepText(window.sessionStorage, stored.id, {
          revision: saved.revision,
          text: now,
          at: new Date().toISOString(),
        });
    },
    /** Puts what somebody else saved in place of our text; undo brings ours back. */
    takeTheirs: async () => {
      setFailure(null);
      try {
        const draft: Draft = await hallBundles.draft.get.query({ id: stored.id });
        setConflict(null);
        setDirty(false);
        accept(draft);
        queries.setQueryData(["draft.get", stored.id], draft);
      } catch (error) {
        setFailure(error);
      }
    },
    putBack: () => {
      if (kept) editor.current?.replace(kept.text);
      setKept(null);
    },
    dropKept: () => {
      forgetText(window.sessionStorage, stored.id);
      setKept(null);
    },
  };
}

export type DraftText = ReturnType<typeof useDraftText>;
