import { expect } from "vitest";
import type { OpenHall } from "../../../hall-api/test/testing/running-hall.ts";

/** Writes hostile texts through the Hall's doors, and counts what it took and what it refused, by field. */
export interface Writer {
  texts: readonly string[];
  taken: Map<string, number>;
  refused: Map<string, number>;
  /** The next of them, so that each has its turn in some small field. */
  some(count: number): string[];
  /** What they are written into, in one call. @returns what the Hall answered, or null where it refused */
  write<Body = { id: string }>(field: string, written: readonly string[], asked: Asked): Promise<Body | null>;
  /** One at a time. @returns those that were taken, with what was answered */
  each<Body = { id: string }>(
    field: string,
    count: number,
    asking: (text: string, n: number) => Asked,
  ): Promise<{ texts: string[]; answers: Body[] }>;
}

/** The key is the owner's where none is named. */
export type Asked = readonly [method: string, path: string, body: object, key?: string];

/** Where a page shows what was written, and what that was. */
export interface Shown {
  path: string;
  texts: readonly string[];
  /** Buttons whose dialogs show it too. */
  opens?: readonly string[];
}

export function createWriter(hall: OpenHall, texts: readonly string[], owner: string): Writer {
  const taken = new Map<string, number>();
  const refused = new Map<string, number>();
  let next = 0;

  const writer: Writer = {
    ...{ texts, taken, refused },
    some: (count) => Array.from({ length: count }, () => texts[next++ % texts.length] ?? ""),

    async write<Body>(field: string, written: readonly string[], [method, path, body, key = owner]: Asked) {
      const answer = await hall.ask<Body & { code?: unknown }>(method, path, { key, body });
      const isTaken = answer.status < 300;
      // Not to take it is good too, where the Hall says why; of a provider's word it says that it is the provider's.
      if (!isTaken)
        expect(`${answer.status} ${answer.body?.code}`, `${field}: ${written[0]}`).toMatch(
          /^(?:4\d\d [A-Z_]+|502 SSO_PROVIDER_UNUSABLE)$/,
        );
      const counts = isTaken ? taken : refused;
      counts.set(field, (counts.get(field) ?? 0) + written.length);
      return isTaken ? answer.body : null;
    },

    async each<Body>(field: string, count: number, asking: (text: string, n: number) => Asked) {
      const kept = { texts: [] as string[], answers: [] as Body[] };
      for (const [n, text] of writer.some(count).entries()) {
        const answer = await writer.write<Body>(field, [text], asking(text, n));
        if (answer === null) continue;
        kept.texts.push(text);
        kept.answers.push(answer);
      }
      return kept;
    },
  };
  return writer;
}
