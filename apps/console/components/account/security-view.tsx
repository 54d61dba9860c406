"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { OwnAccount } from "../../lib/people-types.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Message } from "../../ui/message.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";
import { Authenticator } from "./authenticator.tsx";
import { LinkProvider } from "./link-provider.tsx";
import { Passkeys } from "./passkeys.tsx";
import { SetPassword } from "./set-password.tsx";
import { StandInCodes } from "./stand-in-codes.tsx";

/** What signs the person in, whatever tenant they come for. */
export function SecurityView() {
  const account = useQuery({
    queryKey: ["account.get"],
    queryFn: ({ signal }) => hall.account.get.query({}, { signal }),
  });
  return (
    <div className="pb-16">
      <PageHeading title="Your security">
        What signs you in. A change wants a factor that you showed within the last five minutes, and leaves a
        receipt that says what kind of factor changed.
      </PageHeading>
      <Answer of={account} what="Your account could not be read" label="Reading your account">
        {({ account: own }) => (own === null ? <LinksAlone /> : <Factors account={own} />)}
      </Answer>
    </div>
  );
}

function LinksAlone() {
  return (
    <Message title="You have no account">
      <p>
        You sign in by one-time links that the operator of the Hall makes. Have yourself invited by e-mail to
        get an account with a password and a second factor.
      </p>
    </Message>
  );
}

function Factors({ account }: { account: OwnAccount }) {
  const [codes, setCodes] = useState<readonly string[]>([]);
  const hasSecond = account.totp_since !== null || account.passkeys.length > 0;
  return (
    <>
      <Section title="Account">
        <div className="max-w-[880px]">
          <Record label="Account">
            <Entry name="E-mail">
              {account.email === null ? "none" : <ForeignText text={account.email} max={254} />}
            </Entry>
            <Entry name="Password">
              {account.password_since === null ? (
                "not set"
              ) : (
                <>
                  set <Time at={account.password_since} />
                </>
              )}
            </Entry>
          </Record>
          <div className="mt-3">
            <SetPassword account={account} />
          </div>
        </div>
      </Section>
      {hasSecond && <StandInCodes account={account} codes={codes} onCodes={setCodes} />}
      <Passkeys account={account} onCodes={setCodes} />
      <Authenticator account={account} onCodes={setCodes} />
      <LinkProvider />
    </>
  );
}
