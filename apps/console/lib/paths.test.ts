import { describe, expect, it } from "vitest";
import { paths, readDecisionsQuery } from "./paths.ts";

const ID = "0193512f-4c00-7000-8000-000000000001";

describe("paths", () => {
  it("are the map of the console", () => {
    expect({
      home: paths.home(),
      signIn: paths.signIn(),
      signInWithLink: paths.signIn({ token: "hall_link_x" }),
      signInAgain: paths.signIn({ because: "ended" }),
      join: paths.join({ token: "hall_link_x" }),
      recover: paths.recover(),
      signUp: paths.signUp(),
      firstRun: paths.firstRun({ token: "hall_link_x" }),
      start: paths.start("acme"),
      startOfPlatform: paths.start("platform"),
      tenants: paths.tenants(),
      tenantsOn: paths.tenants({ after: "acme" }),
      tenant: paths.tenant("acme"),
      members: paths.members("acme"),
      roles: paths.roles("acme"),
      signInBySso: paths.signInBySso("acme"),
      singleSignOn: paths.singleSignOn("acme"),
      ssoDoor: paths.ssoDoor(),
      sessions: paths.sessions("acme"),
      security: paths.security("acme"),
      decisions: paths.decisions("acme"),
      decisionsNarrowed: paths.decisions("acme", {
        env: "prod",
        outcome: "DENY",
        find: "mail send",
        before: 41,
      }),
      decision: paths.decision("acme", ID),
      decisionInScope: paths.decision("acme", ID, { env: "prod" }),
      alerts: paths.alerts("acme"),
      alertsOlder: paths.alerts("acme", { before: ID }),
      workers: paths.workers("acme"),
      worker: paths.worker("acme", "org.acme.summarizer"),
      keys: paths.keys("acme"),
      log: paths.log("acme"),
      rules: paths.rules("acme"),
      drafts: paths.drafts("acme"),
      draft: paths.draft("acme", ID),
      publications: paths.publications("acme"),
      publicationsOlder: paths.publications("acme", { before: 41 }),
      publication: paths.publication("acme", 7),
      publicationReceipt: paths.publicationReceipt("acme", 7),
      shadow: paths.shadow("acme"),
      policies: paths.policies("acme"),
      profiles: paths.profiles("acme"),
      newProfile: paths.newProfile("acme"),
      newProfileFrom: paths.newProfile("acme", { from: "prof.prod.strict" }),
      profile: paths.profile("acme", "prof.prod.strict"),
      editProfile: paths.editProfile("acme", "prof.acme.night"),
      agreements: paths.agreements("acme"),
      newAgreement: paths.newAgreement("acme"),
      agreement: paths.agreement("acme", ID),
      amendAgreement: paths.amendAgreement("acme", ID),
      certification: paths.certification("acme"),
      certificationRequest: paths.certificationRequest("acme", ID),
      trpcDoor: paths.trpcDoor(),
      csrfToken: paths.csrfToken(),
      beginSession: paths.beginSession("password"),
      askPasskey: paths.askPasskey(),
      whoIsSignedIn: paths.whoIsSignedIn(),
      signOut: paths.signOut(),
    }).toMatchInlineSnapshot(`
      {
        "agreement": "/acme/agreements/0193512f-4c00-7000-8000-000000000001",
        "agreements": "/acme/agreements",
        "alerts": "/acme/alerts",
        "alertsOlder": "/acme/alerts?before=0193512f-4c00-7000-8000-000000000001",
        "amendAgreement": "/acme/agreements/0193512f-4c00-7000-8000-000000000001/amend",
        "askPasskey": "/api/passkey",
        "beginSession": "/api/auth/callback/password",
        "certification": "/acme/certification",
        "certificationRequest": "/acme/certification/0193512f-4c00-7000-8000-000000000001",
        "csrfToken": "/api/auth/csrf",
        "decision": "/acme/decisions/0193512f-4c00-7000-8000-000000000001",
        "decisionInScope": "/acme/decisions/0193512f-4c00-7000-8000-000000000001?env=prod",
        "decisions": "/acme/decisions",
        "decisionsNarrowed": "/acme/decisions?env=prod&outcome=DENY&find=mail+send&before=41",
        "draft": "/acme/rules/drafts/0193512f-4c00-7000-8000-000000000001",
        "drafts": "/acme/rules/drafts",
        "editProfile": "/acme/profiles/prof.acme.night/edit",
        "firstRun": "/first-run?token=hall_link_x",
        "home": "/",
        "join": "/join?token=hall_link_x",
        "keys": "/acme/keys",
        "log": "/acme/log",
        "members": "/acme/members",
        "newAgreement": "/acme/agreements/new",
        "newProfile": "/acme/profiles/new",
        "newProfileFrom": "/acme/profiles/new?from=prof.prod.strict",
        "policies": "/acme/policies",
        "profile": "/acme/profiles/prof.prod.strict",
        "profiles": "/acme/profiles",
        "publication": "/acme/rules/publications/7",
        "publicationReceipt": "/acme/rules/publications/7#receipt",
        "publications": "/acme/rules/publications",
        "publicationsOlder": "/acme/rules/publications?before=41",
        "recover": "/recover",
        "roles": "/acme/roles",
        "rules": "/acme/rules",
        "security": "/acme/security",
        "sessions": "/acme/sessions",
        "shadow": "/acme/rules/shadow",
        "signIn": "/sign-in",
        "signInAgain": "/sign-in?because=ended",
        "signInBySso": "/sign-in/sso/acme",
        "signInWithLink": "/sign-in?token=hall_link_x",
        "signOut": "/api/auth/signout",
        "signUp": "/sign-up",
        "singleSignOn": "/acme/single-sign-on",
        "ssoDoor": "/api/sso",
        "start": "/acme/decisions",
        "startOfPlatform": "/platform/tenants",
        "tenant": "/platform/tenants/acme",
        "tenants": "/platform/tenants",
        "tenantsOn": "/platform/tenants?after=acme",
        "trpcDoor": "/api/trpc",
        "whoIsSignedIn": "/api/auth/session",
        "worker": "/acme/workers/org.acme.summarizer",
        "workers": "/acme/workers",
      }
    `);
  });

  it("keep a hostile name inside its own segment", () => {
    expect(paths.decision("../x", "a/b?c#d")).toBe("/..%2Fx/decisions/a%2Fb%3Fc%23d");
  });
});

describe("readDecisionsQuery", () => {
  it("reads back what was written", () => {
    const query = { env: "edge", outcome: "HOLD", find: "a b", before: 7 } as const;
    expect(readDecisionsQuery(new URL(paths.decisions("acme", query), "http://x").searchParams)).toEqual(
      query,
    );
  });

  it("leaves out what is not one of ours", () => {
    const params = new URLSearchParams("env=moon&outcome=MAYBE&before=-1&before=x&find=&token=hall_link_x");
    expect(readDecisionsQuery(params)).toEqual({});
  });
});
