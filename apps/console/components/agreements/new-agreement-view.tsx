"use client";

import { useParams, useRouter } from "next/navigation";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { AgreementForm } from "./agreement-form.tsx";
import { useAgreementsChanged } from "./use-agreement.ts";
import { useTemplates } from "./use-templates.ts";

/** An agreement that is not there yet. */
export function NewAgreementView() {
  const { tenant } = useParams<{ tenant: string }>();
  const router = useRouter();
  const templates = useTemplates();
  const changed = useAgreementsChanged();
  return (
    <div className="max-w-[720px] pb-16">
      <PageHeading title="Draft an agreement">
        The template has the clauses and how far the terms may reach. A draft binds nobody; an owner signs it.
      </PageHeading>
      <Answer of={templates} what="The templates could not be read" label="Reading the templates">
        {(offered) => (
          <AgreementForm
            offered={offered}
            like={null}
            button="Write the draft"
            onCancel={() => router.push(paths.agreements(tenant))}
            onSend={async (draft) => {
              const { agreement_id: id } = await hall.agreement.draft.mutate(draft);
              await changed();
              router.push(paths.agreement(tenant, id));
            }}
          />
        )}
      </Answer>
    </div>
  );
}
