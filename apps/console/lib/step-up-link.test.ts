import { createTRPCClient, TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { afterEach, expect, it } from "vitest";
import { type Asker, answerBy, askToShowAgain } from "./ask-to-show-again.ts";
import type { AppRouter } from "./hall-types.ts";
import { stepUpLink } from "./step-up-link.ts";

/** A Hall that refuses with these codes, one a call, and then answers. */
function client(codes: string[]) {
  const calls: string[] = [];
  const hall: TRPCLink<AppRouter> =
    () =>
    ({ op }) =>
      observable((observer) => {
        calls.push(op.path);
        const code = codes.shift();
        queueMicrotask(() => {
          if (code === undefined) {
            observer.next({ result: { type: "data", data: { ended: true } } });
            observer.complete();
          } else {
            const data = { code: "FORBIDDEN", httpStatus: 403, hall: { code, remedy: "", request_id: "" } };
            observer.error(TRPCClientError.from({ error: { code: -32_603, message: `${code}: no`, data } }));
          }
        });
        return () => undefined;
      });
  return { calls, trpc: createTRPCClient<AppRouter>({ links: [stepUpLink(askToShowAgain), hall] }) };
}

const act = ({ trpc }: ReturnType<typeof client>) => trpc.session.end.mutate({});

let remove: () => void = () => undefined;
afterEach(() => remove());

/** Somebody who shows a factor, or leaves. @returns how often they were asked */
function person(isShown: boolean): { asked: number } {
  const seen = { asked: 0 };
  const dialog: Asker = (answer) => {
    seen.asked++;
    queueMicrotask(() => answer(isShown));
  };
  remove = answerBy(dialog);
  return seen;
}

it("an act that wants a fresh factor is put to the person, and repeated once they have shown one", async () => {
  const ada = person(true);
  const console = client(["STEP_UP_REQUIRED"]);
  expect(await act(console)).toEqual({ ended: true });
  expect(ada.asked).toBe(1);
  expect(console.calls).toEqual(["session.end", "session.end"]);
});

it("who leaves is told the refusal, and nothing is repeated", async () => {
  const ada = person(false);
  const console = client(["STEP_UP_REQUIRED"]);
  await expect(act(console)).rejects.toThrow("STEP_UP_REQUIRED");
  expect(ada.asked).toBe(1);
  expect(console.calls).toHaveLength(1);
});

it("what is refused again is not asked about again", async () => {
  const ada = person(true);
  const console = client(["STEP_UP_REQUIRED", "STEP_UP_REQUIRED"]);
  await expect(act(console)).rejects.toThrow("STEP_UP_REQUIRED");
  expect(ada.asked).toBe(1);
});

it("acts that are refused together are one question", async () => {
  const ada = person(true);
  const console = client(["STEP_UP_REQUIRED", "STEP_UP_REQUIRED"]);
  expect(await Promise.all([act(console), act(console)])).toHaveLength(2);
  expect(ada.asked).toBe(1);
});

it("any other refusal asks nobody, and where no page is there nobody is asked", async () => {
  const ada = person(true);
  await expect(act(client(["FORBIDDEN"]))).rejects.toThrow("FORBIDDEN");
  expect(ada.asked).toBe(0);
  remove();
  await expect(act(client(["STEP_UP_REQUIRED"]))).rejects.toThrow("STEP_UP_REQUIRED");
});
