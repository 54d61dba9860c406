import { createRequire } from "node:module";
import type { Cryptoki } from "./cryptoki.ts";
import { SignerError } from "./signer.ts";

let ownedBy: { pid: number; modulePath: string } | null = null;

/**
 * Loads a PKCS#11 module, once in a process: login and sessions belong to the process, so a second owner's C_Finalize
 * would take them from the first. The only file that loads the binding, which is an optional dependency.
 * @throws SignerError MODULE_UNAVAILABLE, MODULE_OWNED
 */
export function loadModule(modulePath: string): Cryptoki {
  if (ownedBy !== null)
    throw new SignerError(
      "MODULE_OWNED",
      `Process ${ownedBy.pid} has loaded ${ownedBy.modulePath} already, and a process has one module. Use that one, or another process.`,
    );
  const module = bind(modulePath);
  ownedBy = { pid: process.pid, modulePath };
  return module;
}

function bind(modulePath: string): Cryptoki {
  try {
    const { PKCS11 } = createRequire(import.meta.url)("pkcs11js") as {
      PKCS11: new () => Cryptoki & { load(path: string): void };
    };
    const module = new PKCS11();
    module.load(modulePath);
    return module;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const remedy =
      code === "MODULE_NOT_FOUND"
        ? "the optional package pkcs11js is not installed: install it on a machine with a C++ compiler"
        : `${message}; name the library of your token's module in module-path=`;
    throw new SignerError(
      "MODULE_UNAVAILABLE",
      `The PKCS#11 module ${modulePath} cannot be loaded: ${remedy}.`,
      {
        cause,
      },
    );
  }
}
