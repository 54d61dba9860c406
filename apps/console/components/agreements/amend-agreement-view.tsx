"use client";

import { useParams, useRouter } from "next/navigation";
import { hall } from "../../lib/hall-client.ts";
import { paths } from "../../lib/paths.ts";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { AgreementForm } from "./agreement-form.tsx";
import { useAgreement, useAgreementsChanged } from "./use-agreement.ts";
import { useTemplates } from "./use-templates.ts";

/** A new version of an agreement, beginning as the newest one stands. */
export function AmendAgreementView({ id }: { id: string }) {
  const { tenant } = useParams<{ tenant: string }>();
  const router = useRouter();
  const agreement = useAgreement(id);
  const templates = useTemplates();
  const changed = useAgreementsChanged();
  const back = () => router.push(paths.agreement(tenant, id));
  return (
    <div className="max-w-[720px] pb-16">
      <PageHeading title="Amend the agreement">
        What stands before stands until an owner has signed and activated the new version.
      </PageHeading>
      <Answer of={agreement} what="The agreement could not be read" label="Reading the agreement">
        {({ versions }) => (
          <Answer of={templates} what="The templates could not be read" label="Reading the templates">
            {(offered) => (
              <AgreementForm
                offered={offered}
                like={versions[0]?.document ?? null}
                button="Write the new version"
                onCancel={back}
                onSend={async (draft) => {
                  await hall.agreement.amend.mutate({ id, draft });
                  await changed();
                  back();
                }}
              />
            )}
          </Answer>
        )}
      </Answer>
    </div>
  );
}
