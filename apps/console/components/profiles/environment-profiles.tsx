"use client";

import type { Env } from "@guildhall/protocol";
import Link from "next/link";
import { useParams } from "next/navigation";
import { useState } from "react";
import { paths } from "../../lib/paths.ts";
import type { Profiles } from "../../lib/rule-types.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { useWhyNot } from "../use-why-not.ts";
import { SwitchProfile } from "./switch-profile.tsx";

/** Which profile stands for which environment. */
export function EnvironmentProfiles({ all }: { all: Profiles }) {
  const { tenant } = useParams<{ tenant: string }>();
  const whyNot = useWhyNot("profile:set");
  const [asking, setAsking] = useState<Env | null>(null);
  return (
    <>
      <ul aria-label="Environments and their profiles" className="max-w-[760px] border-t border-line">
        {all.environments.map(({ env, profile_id }) => (
          <li
            key={env}
            className={`grid grid-cols-[56px_minmax(0,1fr)_auto] items-center gap-x-3 border-b border-line py-1 pr-1 text-13 ${env === "prod" ? "border-l-2 border-l-prod pl-2" : "pl-2.5"}`}
          >
            <span className={`font-medium ${env === "prod" ? "text-prod" : ""}`}>{env}</span>
            {profile_id === null ? (
              <span className="text-quiet">no profile: the platform's own floors alone</span>
            ) : (
              <Link
                href={paths.profile(tenant, profile_id)}
                className="font-mono text-12 [overflow-wrap:anywhere] text-accent hover:underline"
              >
                {profile_id}
              </Link>
            )}
            <Button
              look="quiet"
              because={whyNot}
              aria-label={`Change the profile of ${env}`}
              onClick={() => setAsking(env)}
            >
              Change
            </Button>
          </li>
        ))}
      </ul>
      <Dialog
        label={`Profile of ${asking ?? ""}`}
        isOpen={asking !== null}
        onClose={() => setAsking(null)}
        className={`m-auto max-h-[90dvh] w-[calc(100%-32px)] max-w-[640px] overflow-y-auto rounded ${asking === "prod" ? "border-t-2 border-t-prod" : ""}`}
      >
        {asking !== null && <SwitchProfile env={asking} all={all} onClose={() => setAsking(null)} />}
      </Dialog>
    </>
  );
}
