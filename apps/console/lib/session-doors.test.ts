import { describe, expect, it } from "vitest";
import { paths } from "./paths.ts";
import { isSessionDoor } from "./session-doors.ts";

const namesOf = (path: string) => path.split("/").slice(3);

describe("the doors of next-auth", () => {
  it("are those that a page asks, each by its method", () => {
    for (const path of [paths.csrfToken(), paths.whoIsSignedIn()])
      expect(isSessionDoor("GET", namesOf(path)), path).toBe(true);
    for (const by of ["link", "password", "factor", "sso"] as const)
      expect(isSessionDoor("POST", namesOf(paths.beginSession(by))), by).toBe(true);
    expect(isSessionDoor("POST", namesOf(paths.signOut()))).toBe(true);
  });

  it("H-110 and none that repeats what stands in the address", () => {
    for (const name of ["error", "signin", "signout", "verify-request", "providers", "callback/password", ""])
      expect(isSessionDoor("GET", [name]), name).toBe(false);
    for (const name of ["signin/password", "_log", "error", "session"])
      expect(isSessionDoor("POST", name.split("/")), name).toBe(false);
  });
});
