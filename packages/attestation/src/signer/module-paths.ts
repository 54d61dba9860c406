import { existsSync } from "node:fs";

/** Where packages put the modules that a URI may name without a path. Debian, Fedora, macOS on either processor. */
const MODULES: Record<string, readonly string[]> = {
  softhsm2: [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
  ],
};

/** The library of a named module on this machine, or null where there is none. */
export function modulePath(name: string): string | null {
  const paths = Object.hasOwn(MODULES, name) ? MODULES[name] : undefined;
  return paths?.find(existsSync) ?? null;
}
