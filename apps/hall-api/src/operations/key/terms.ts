import { hash } from "node:crypto";
import type { KeyTerms } from "@guildhall/db";
import { Env, isPrintable } from "@guildhall/protocol";
import { z } from "zod";
import { AddressRange } from "../../identity/address-list.ts";

/** What narrows a key, as it is asked for. What is left out narrows nothing. */
export const TERMS_INPUT = {
  environments: z.array(Env).min(1).max(4).optional(),
  addresses: z.array(AddressRange).min(1).max(64).optional(),
  agent: z
    .string()
    .min(1)
    .max(128)
    .refine(isPrintable, "expected 1 to 128 printable characters")
    // A key without an agent is known by its id: no name may pass for another key's.
    .refine((name) => !z.uuid().safeParse(name).success, "expected a name that is no id")
    .optional(),
  requests_per_minute: z.int().min(1).max(1_000_000).optional(),
  requests_per_day: z.int().min(1).max(1_000_000_000).optional(),
};

const TermsInput = z.object(TERMS_INPUT);

export function termsOf(input: z.output<typeof TermsInput>): KeyTerms {
  const { environments, addresses, agent, requests_per_minute, requests_per_day } = input;
  return {
    environments: environments ? Env.options.filter((env) => environments.includes(env)) : null,
    addresses: addresses ? [...new Set(addresses)] : null,
    agent: agent ?? null,
    requestsPerMinute: requests_per_minute ?? null,
    requestsPerDay: requests_per_day ?? null,
  };
}

/** As answers show them; null narrows nothing. */
export const TERMS_VIEW = {
  environments: z.array(Env).nullable(),
  addresses: z.array(z.string()).nullable(),
  agent: z.string().nullable(),
  requests_per_minute: z.int().nullable(),
  requests_per_day: z.int().nullable(),
};

export function termsView(terms: KeyTerms) {
  const { environments, addresses, agent, requestsPerMinute, requestsPerDay } = terms;
  return {
    environments,
    addresses,
    agent,
    requests_per_minute: requestsPerMinute,
    requests_per_day: requestsPerDay,
  };
}

/** For the receipt: only what narrows. Of the addresses a digest, because a body is kept for ever. */
export function termsDetails(keyId: string, { addresses, ...terms }: KeyTerms) {
  const told = Object.entries({
    ...termsView({ ...terms, addresses: null }),
    addresses_digest: addresses && `sha256:${hash("sha256", [keyId, ...addresses].join("\n"))}`,
  });
  return Object.fromEntries(told.filter(([, value]) => value !== null)) as {
    [name: string]: string | number | string[];
  };
}
