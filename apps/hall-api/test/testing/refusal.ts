import { expect } from "vitest";
import type { Answer, Refusal } from "./running-hall.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Words that only somebody inside would know: stacks, files, tables, libraries. */
const INTERNAL =
  /\n\s+at |node_modules|\.[cm]?[jt]s\b|file:\/\/|prisma|fastify|FST_ERR|zod|postgres|ECONN|\bpg\b|SELECT |INSERT |UPDATE |relation |constraint|hall_(?:app|ledger|owner|jobs|operator)|hall\.\w|ledger\.\w|\[object |TypeError/i;

/** A refusal as every stranger may see it: what is wrong, what to do, the id to ask about, and nothing of us. */
export function expectRefusal(
  answer: Answer<Refusal>,
  status: number,
  code: string | RegExp,
  what = "",
): Refusal {
  const { body } = answer;
  expect(answer.status, `${what} ${answer.text.slice(0, 300)}`).toBe(status);
  expect(body, `${what} ${answer.text.slice(0, 300)}`).toMatchObject({
    error: expect.stringMatching(/^[A-Z].*\.$/s),
    code: expect.stringMatching(code),
    remedy: expect.stringMatching(/^[A-Z].*\.$/s),
    request_id: expect.stringMatching(UUID),
  });
  expect(answer.headers.get("x-request-id"), what).toBe(body.request_id);
  expect(answer.headers.get("content-type"), what).toBe("application/json; charset=utf-8");
  expect(answer.text, what).not.toMatch(INTERNAL);
  return body;
}
