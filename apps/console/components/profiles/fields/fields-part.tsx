import type { ReactNode } from "react";
import type { DraftErrors, ProfileDraft } from "../../../lib/profile-draft.ts";

/** What every part of the form needs. */
export interface FieldsProps {
  /** What the ids of the fields begin with. */
  id: string;
  draft: ProfileDraft;
  errors: DraftErrors;
  set: (change: Partial<ProfileDraft>) => void;
}

export function FieldsPart({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="max-w-[560px] space-y-4">
      <h2 className="text-16">{title}</h2>
      {children}
    </section>
  );
}
