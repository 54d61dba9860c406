import type { Cryptoki } from "../signer/cryptoki.ts";

/** A module between us and a real one: counts the calls, and makes the next ones of a kind fail. */
export interface FaultyCryptoki extends Cryptoki {
  /** How often each function was called. */
  calls: Record<string, number>;
  /** The next `times` calls of this function throw as pkcs11js does; the module never sees them. */
  fail(name: keyof Cryptoki, ckr: string, times?: number): void;
  /** What the next signatures are turned into. */
  spoil: ((signature: Buffer) => Buffer) | null;
}

/** `CKR_X:1` is how the binding's errors read; the number is not looked at. */
export function faultyCryptoki(real: Cryptoki): FaultyCryptoki {
  const failing = new Map<string, { ckr: string; times: number }>();
  const calls: Record<string, number> = {};
  const shim = {
    calls,
    fail(name: keyof Cryptoki, ckr: string, times = 1) {
      failing.set(name, { ckr, times });
    },
    spoil: null as FaultyCryptoki["spoil"],
  };
  return new Proxy(real, {
    get(target, name: string) {
      if (name in shim) return shim[name as keyof typeof shim];
      return (...args: unknown[]) => {
        calls[name] = (calls[name] ?? 0) + 1;
        const fault = failing.get(name);
        if (fault && fault.times > 0) {
          fault.times -= 1;
          throw new Error(`CKR_${fault.ckr}:1`);
        }
        const result = (target[name as keyof Cryptoki] as (...args: unknown[]) => unknown).apply(
          target,
          args,
        );
        return name === "C_Sign" && shim.spoil ? shim.spoil(result as Buffer) : result;
      };
    },
    set(_, name, value) {
      (shim as Record<string | symbol, unknown>)[name] = value;
      return true;
    },
  }) as FaultyCryptoki;
}
