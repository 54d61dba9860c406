import { ROLES } from "@guildhall/db";
import { expect, it } from "vitest";
import {
  GIVABLE_PERMISSIONS,
  KEY_SCOPES,
  OPERATOR_PERMISSIONS,
  PERMISSIONS,
  permissionsOf,
  ROLE_PERMISSIONS,
} from "../src/identity/permissions.ts";
import { OPERATIONS } from "../src/operations/index.ts";
import type { Operation } from "../src/operations/operation.ts";
import { appRouter } from "../src/trpc/router.ts";

const operations = OPERATIONS as readonly unknown[] as readonly Operation[];

it("these are all operations, who may use them and by which doors", () => {
  const lines = operations.map(({ name, permission, rest, trpc }) =>
    [
      name.padEnd(23),
      permission.padEnd(20),
      (rest ? `${rest.method} ${rest.path}` : "").padEnd(41),
      trpc ? `tRPC ${trpc}` : "",
    ]
      .join(" ")
      .trimEnd(),
  );
  expect(`\n${lines.join("\n")}\n`).toMatchInlineSnapshot(`
    "
    decision.route          decision:make        POST /wcp/route
    decision.list           receipt:read         GET /wcp/decisions                        tRPC query
    decision.get            receipt:read         GET /wcp/decisions/:id                    tRPC query
    decision.replay         receipt:read         GET /wcp/decisions/:id/replay             tRPC query
    decision.code-hashes    code-hash:read       GET /wcp/decisions/:id/code-hashes        tRPC query
    dispatch.start          dispatch:start       POST /wcp/dispatch
    dispatch.get            dispatch:read        GET /wcp/dispatches/:id
    grant.redeem            grant                POST /wcp/grants/redeem
    approval.list-pending   approval:read        GET /wcp/approvals/pending                tRPC query
    receipt.get             receipt:read         GET /wcp/receipts/:id
    receipt.proof           receipt:read         GET /wcp/receipts/:id/proof
    capability.list         capability:read      GET /wcp/capabilities                     tRPC query
    worker.list             worker:read          GET /wcp/workers                          tRPC query
    worker.enroll           worker:enroll        POST /enroll
    worker.enroll-text      worker:enroll        POST /wcp/workers                         tRPC mutation
    worker.get              worker:read          GET /wcp/workers/:worker_id               tRPC query
    worker.suspend          worker:suspend       POST /wcp/workers/:worker_id/suspend      tRPC mutation
    worker.resume           worker:suspend       POST /wcp/workers/:worker_id/resume       tRPC mutation
    worker.retire           worker:retire        POST /wcp/workers/:worker_id/retire       tRPC mutation
    worker.set_transport    worker:set-transport PUT /wcp/workers/:worker_id/transport     tRPC mutation
    worker.get-record       worker:read          GET /wcp/records/:hash                    tRPC query
    certificate.issue       certification:grant  POST /wcp/workers/:worker_id/certificates tRPC mutation
    certificate.renew       certification:grant  POST /wcp/certificates/:id/renew          tRPC mutation
    certificate.revoke      certification:revoke POST /wcp/certificates/:id/revoke         tRPC mutation
    certificate.list        certification:read   GET /wcp/certificates                     tRPC query
    certificate.get         certification:read   GET /wcp/certificates/:id                 tRPC query
    certification.request   certification:request POST /wcp/workers/:worker_id/certification-requests tRPC mutation
    certification.list      certification:read   GET /wcp/certification-requests           tRPC query
    certification.get       certification:read   GET /wcp/certification-requests/:id       tRPC query
    certification.grant     certification:grant  POST /wcp/certification-requests/:id/grant tRPC mutation
    certification.refuse    certification:grant  POST /wcp/certification-requests/:id/refuse tRPC mutation
    certification.withdraw  certification:request POST /wcp/certification-requests/:id/withdraw tRPC mutation
    certification.reminders certification:read   GET /wcp/certification-reminders          tRPC query
    authority.certificates  public               GET /.well-known/hall-ca.pem
    authority.revocations   public               GET /.well-known/hall-ca.crl
    agreement.templates     agreement:read       GET /wcp/agreement-templates              tRPC query
    agreement.list          agreement:read       GET /wcp/agreements                       tRPC query
    agreement.get           agreement:read       GET /wcp/agreements/:id                   tRPC query
    agreement.get-version   agreement:read       GET /wcp/agreements/versions/:digest
    agreement.draft         agreement:draft      POST /wcp/agreements                      tRPC mutation
    agreement.amend         agreement:draft      POST /wcp/agreements/:id/versions         tRPC mutation
    agreement.sign          agreement:sign       POST /wcp/agreements/:id/sign             tRPC mutation
    agreement.activate      agreement:sign       POST /wcp/agreements/:id/activate         tRPC mutation
    agreement.suspend       agreement:end        POST /wcp/agreements/:id/suspend          tRPC mutation
    agreement.resume        agreement:sign       POST /wcp/agreements/:id/resume           tRPC mutation
    agreement.terminate     agreement:end        POST /wcp/agreements/:id/terminate        tRPC mutation
    attestation.list        attestation:read     GET /wcp/attestations                     tRPC query
    attestation.get         attestation:read     GET /wcp/workers/:worker_id/attestation   tRPC query
    attestation.register    attestation:register POST /wcp/workers/:worker_id/attestation  tRPC mutation
    measurement.challenge   attestation:measure  POST /wcp/workers/:worker_id/measurements/challenge
    measurement.answer      attestation:measure  POST /wcp/workers/:worker_id/measurements
    flag.clear              flag:clear           POST /wcp/workers/:worker_id/flag/clear   tRPC mutation
    runner.list             attestation:read     GET /wcp/runners                          tRPC query
    runner.register         runner:register      POST /wcp/runners                         tRPC mutation
    runner.retire           runner:register      POST /wcp/runners/:id/retire              tRPC mutation
    alert.list              alert:read           GET /alerts                               tRPC query
    rule.in-force           rule:read            GET /wcp/rules                            tRPC query
    rule.list-publications  rule:read            GET /wcp/rules/publications               tRPC query
    rule.get-publication    rule:read            GET /wcp/rules/publications/:number       tRPC query
    rule.get-bundle         rule:read            GET /wcp/rules/bundles/:digest
    rule.review             rule:read            POST /wcp/rules/review                    tRPC mutation
    rule.simulate           rule:read            POST /wcp/rules/simulate                  tRPC mutation
    rule.publish            rule:publish         POST /wcp/rules/publish                   tRPC mutation
    rule.roll-back          rule:publish         POST /wcp/rules/roll-back                 tRPC mutation
    draft.create            rule:draft           POST /wcp/rules/drafts                    tRPC mutation
    draft.list              rule:read            GET /wcp/rules/drafts                     tRPC query
    draft.get               rule:read            GET /wcp/rules/drafts/:id                 tRPC query
    draft.save              rule:draft           PUT /wcp/rules/drafts/:id                 tRPC mutation
    draft.discard           rule:draft           POST /wcp/rules/drafts/:id/discard        tRPC mutation
    draft.restore           rule:draft           POST /wcp/rules/drafts/:id/restore        tRPC mutation
    draft.consent           rule:consent         POST /wcp/rules/drafts/:id/consent        tRPC mutation
    shadow.start            rule:publish         POST /wcp/rules/shadow                    tRPC mutation
    shadow.end              rule:publish         POST /wcp/rules/shadow/end                tRPC mutation
    shadow.list             rule:read            GET /wcp/rules/shadow                     tRPC query
    policy.list             rule:read            GET /wcp/policies                         tRPC query
    profile.list            profile:read         GET /wcp/profiles                         tRPC query
    profile.get-version     profile:read         GET /wcp/profiles/versions/:digest
    profile.define          profile:define       PUT /wcp/profiles/:profile_id             tRPC mutation
    profile.retire          profile:define       POST /wcp/profiles/:profile_id/retire     tRPC mutation
    profile.set-environment profile:set          PUT /wcp/environments/:env/profile        tRPC mutation
    key.list                key:read             GET /wcp/keys                             tRPC query
    key.create              key:create           POST /wcp/keys                            tRPC mutation
    key.rotate              key:create           POST /wcp/keys/:id/rotate                 tRPC mutation
    key.revoke              key:revoke           POST /wcp/keys/:id/revoke                 tRPC mutation
    member.list             member:read          GET /wcp/members                          tRPC query
    member.invite           member:invite        POST /wcp/members                         tRPC mutation
    member.set-role         member:set-role      PUT /wcp/members/:id/role                 tRPC mutation
    member.end-sessions     member:end-sessions  POST /wcp/members/:id/end-sessions        tRPC mutation
    member.remove           member:remove        POST /wcp/members/:id/remove              tRPC mutation
    invitation.accept       public               POST /wcp/invitations/accept              tRPC mutation
    recovery.request        public               POST /wcp/recovery                        tRPC mutation
    recovery.complete       public               POST /wcp/recovery/complete               tRPC mutation
    key.report-leak         public               POST /wcp/keys/report-leak                tRPC mutation
    role.list               role:read            GET /wcp/roles                            tRPC query
    role.define             role:define          PUT /wcp/roles/:name                      tRPC mutation
    role.retire             role:define          POST /wcp/roles/:name/retire              tRPC mutation
    session.begin           public               POST /wcp/session/begin                   tRPC mutation
    session.ask-passkey     public               POST /wcp/session/ask-passkey             tRPC mutation
    session.verify-factor   public               POST /wcp/session/verify-factor           tRPC mutation
    session.begin-step-up   session:end          POST /wcp/session/step-up/begin           tRPC mutation
    session.step-up         session:end          POST /wcp/session/step-up                 tRPC mutation
    session.me              session:end                                                    tRPC query
    session.list            session:end                                                    tRPC query
    session.revoke          session:end          POST /wcp/sessions/:id/revoke             tRPC mutation
    session.end             session:end          POST /wcp/session/end                     tRPC mutation
    account.get             account:change                                                 tRPC query
    account.set-password    account:change       PUT /wcp/account/password                 tRPC mutation
    account.begin-passkey   account:change       POST /wcp/account/passkeys/begin          tRPC mutation
    account.add-passkey     account:change       POST /wcp/account/passkeys                tRPC mutation
    account.remove-passkey  account:change       POST /wcp/account/passkeys/:id/remove     tRPC mutation
    account.begin-totp      account:change       POST /wcp/account/totp                    tRPC mutation
    account.confirm-totp    account:change       POST /wcp/account/totp/:id/confirm        tRPC mutation
    account.remove-totp     account:change       POST /wcp/account/totp/remove             tRPC mutation
    account.renew-codes     account:change       POST /wcp/account/recovery-codes          tRPC mutation
    domain.list             domain:read          GET /wcp/domains                          tRPC query
    domain.ask              domain:prove         POST /wcp/domains                         tRPC mutation
    domain.check            domain:prove         POST /wcp/domains/:id/check               tRPC mutation
    domain.release          domain:prove         POST /wcp/domains/:id/release             tRPC mutation
    sso.show                sso:read             GET /wcp/sso                              tRPC query
    sso.configure           sso:configure        PUT /wcp/sso                              tRPC mutation
    sso.remove              sso:configure        POST /wcp/sso/remove                      tRPC mutation
    sso.link                account:change       POST /wcp/sso/link                        tRPC mutation
    sso.begin               public               POST /wcp/sso/begin                       tRPC mutation
    sso.complete            public               POST /wcp/sso/complete                    tRPC mutation
    log.checkpoint          public               GET /log/checkpoint                       tRPC query
    log.tile                public               GET /log/tile/*tile
    hall.health             public               GET /health
    hall.compliance         public               GET /wcp/health                           tRPC query
    hall.identity           public               GET /.well-known/hall.json
    hall.jwks               public               GET /.well-known/jwks.json
    hall.keys               public               GET /.well-known/hall-keys.json           tRPC query
    hall.receipt            hall:read            GET /hall/receipts/:id
    hall.sign-in-failures   hall:read            GET /hall/sign-in-failures
    keyring.list            key:read             GET /wcp/hall-keys                        tRPC query
    keyring.rotate          hall:operate         POST /hall/keys/:role/rotate              tRPC mutation
    keyring.register-root   hall:operate         POST /hall/keys/feed-root
    operator.renew-token    hall:operate         POST /hall/operator-token/renew
    namespace.list-keys     hall:read            GET /hall/namespace-keys
    namespace.register-key  hall:operate         POST /hall/namespace-keys
    namespace.retire-key    hall:operate         POST /hall/namespace-keys/:id/retire
    namespace.list          hall:read            GET /hall/namespaces                      tRPC query
    namespace.register      hall:operate         POST /hall/namespaces                     tRPC mutation
    namespace.release       hall:operate         POST /hall/namespaces/:namespace/release  tRPC mutation
    signup.request          public               POST /wcp/sign-up                         tRPC mutation
    tenant.found            public               POST /wcp/tenants                         tRPC mutation
    tenant.list             hall:read            GET /hall/tenants                         tRPC query
    tenant.get              hall:read            GET /hall/tenants/:tenant                 tRPC query
    tenant.create           tenant:create        POST /hall/tenants                        tRPC mutation
    tenant.invite-owner     tenant:create        POST /hall/tenants/:tenant/invitation     tRPC mutation
    tenant.withdraw-invitation tenant:create        POST /hall/tenants/:tenant/invitation/withdraw tRPC mutation
    tenant.set-standing     tenant:set-standing  PUT /hall/tenants/:tenant/standing        tRPC mutation
    wire.workers            worker:read          GET /workers
    wire.status             tenant:read          GET /status
    wire.dispatches         receipt:read         GET /dispatches
    wire.active-dispatches  receipt:read         GET /dispatches/active
    wire.standing           tenant:read          GET /api/account/standing
    wire.go-online          presence:set         POST /api/server/go-online
    wire.go-offline         presence:set         POST /api/server/go-offline
    wire.attest             attestation:register PUT /api/v1/workers/:worker/attest
    wire.verify             public               GET /api/v1/verify/:worker_id
    "
  `);
});

it("this is what each role, a key and the Hall's operator may do", () => {
  const holders = [
    ...ROLES.map((role) => [role, ROLE_PERMISSIONS[role] as readonly string[]] as const),
    ["key", KEY_SCOPES as readonly string[]] as const,
    ["the Hall's operator", OPERATOR_PERMISSIONS as readonly string[]] as const,
  ];
  const head = `${" ".repeat(20)} ${holders.map(([name]) => name.padEnd(10)).join(" ")}`;
  const rows = PERMISSIONS.map(
    (permission) =>
      `${permission.padEnd(20)} ${holders.map(([, may]) => (may.includes(permission) ? "●" : "·").padEnd(10)).join(" ")}`,
  );
  const table = [head, ...rows].map((row) => row.trimEnd()).join("\n");
  expect(`\n${table}\n`).toMatchInlineSnapshot(`
    "
                         owner      admin      operator   approver   compliance auditor    key        the Hall's operator
    decision:make        ·          ·          ·          ·          ·          ·          ●          ·
    dispatch:start       ·          ·          ·          ·          ·          ·          ●          ·
    dispatch:read        ●          ●          ●          ●          ●          ●          ●          ·
    receipt:read         ●          ●          ●          ●          ●          ●          ●          ·
    capability:read      ●          ●          ●          ●          ●          ●          ●          ·
    worker:read          ●          ●          ●          ●          ●          ●          ●          ·
    worker:enroll        ●          ·          ●          ·          ·          ·          ●          ·
    worker:set-transport ●          ·          ●          ·          ·          ·          ●          ·
    worker:suspend       ●          ·          ●          ·          ·          ·          ·          ·
    worker:retire        ●          ·          ●          ·          ·          ·          ·          ·
    certification:read   ●          ●          ●          ●          ●          ●          ●          ·
    certification:grant  ●          ·          ·          ·          ●          ·          ·          ·
    certification:revoke ●          ·          ·          ·          ●          ·          ·          ·
    approval:read        ●          ●          ●          ●          ●          ●          ●          ·
    rule:read            ●          ●          ●          ●          ●          ●          ●          ·
    rule:draft           ●          ·          ●          ·          ·          ·          ●          ·
    rule:publish         ●          ·          ●          ·          ·          ·          ●          ·
    rule:consent         ●          ·          ●          ●          ●          ·          ·          ·
    profile:read         ●          ●          ●          ●          ●          ●          ●          ·
    profile:define       ●          ·          ●          ·          ·          ·          ·          ·
    profile:set          ●          ·          ●          ·          ·          ·          ·          ·
    key:read             ●          ●          ●          ●          ●          ●          ·          ·
    key:create           ●          ●          ●          ·          ·          ·          ·          ·
    key:revoke           ●          ●          ●          ·          ·          ·          ·          ·
    session:end          ●          ●          ●          ●          ●          ●          ·          ·
    account:change       ●          ●          ●          ●          ●          ●          ·          ·
    hall:read            ·          ·          ·          ·          ·          ·          ·          ●
    hall:operate         ·          ·          ·          ·          ·          ·          ·          ●
    attestation:read     ●          ●          ●          ●          ●          ●          ●          ·
    attestation:register ●          ·          ●          ·          ·          ·          ●          ·
    attestation:measure  ·          ·          ·          ·          ·          ·          ●          ·
    code-hash:read       ●          ·          ·          ·          ●          ·          ·          ·
    runner:register      ●          ·          ●          ·          ·          ·          ·          ·
    flag:clear           ●          ·          ●          ·          ·          ·          ·          ·
    alert:read           ●          ●          ●          ●          ●          ●          ●          ·
    member:read          ●          ●          ●          ●          ●          ●          ·          ·
    member:invite        ●          ●          ·          ·          ·          ·          ·          ·
    member:set-role      ●          ●          ·          ·          ·          ·          ·          ·
    member:remove        ●          ●          ·          ·          ·          ·          ·          ·
    member:end-sessions  ●          ●          ·          ·          ·          ·          ·          ·
    role:read            ●          ●          ●          ●          ●          ●          ·          ·
    role:define          ●          ·          ·          ·          ·          ·          ·          ·
    agreement:read       ●          ●          ●          ●          ●          ●          ●          ·
    agreement:draft      ●          ●          ·          ·          ●          ·          ·          ·
    agreement:sign       ●          ·          ·          ·          ·          ·          ·          ·
    agreement:end        ●          ●          ·          ·          ·          ·          ·          ·
    tenant:read          ●          ●          ●          ●          ●          ●          ●          ·
    tenant:create        ·          ·          ·          ·          ·          ·          ·          ●
    tenant:set-standing  ·          ·          ·          ·          ·          ·          ·          ●
    certification:request ●          ·          ●          ·          ·          ·          ·          ·
    presence:set         ●          ·          ●          ·          ·          ·          ●          ·
    domain:read          ●          ●          ●          ●          ●          ●          ·          ·
    domain:prove         ●          ●          ·          ·          ·          ·          ·          ·
    sso:read             ●          ●          ●          ●          ●          ●          ·          ·
    sso:configure        ●          ·          ·          ·          ·          ·          ·          ·
    "
  `);
});

/** In the table before their operations are, so that roles made today can hold them. */
const AWAITED: readonly string[] = [];

it("nobody holds a permission that no operation asks for, and none is asked for that nobody holds", () => {
  const asked = new Set<string>(operations.map(({ permission }) => permission));
  asked.delete("public");
  asked.delete("grant");
  expect(AWAITED.filter((permission) => asked.has(permission))).toEqual([]);
  expect([...asked, ...AWAITED].sort()).toEqual([...PERMISSIONS].sort());
  const held = new Set<string>([
    ...KEY_SCOPES,
    ...OPERATOR_PERMISSIONS,
    ...Object.values(ROLE_PERMISSIONS).flat(),
  ]);
  expect([...held].sort()).toEqual([...PERMISSIONS].sort());
});

it("nobody of a tenant may anything that the Hall's operator may, and the operator nothing of a tenant's", () => {
  const ofTenants = new Set<string>([...KEY_SCOPES, ...Object.values(ROLE_PERMISSIONS).flat()]);
  expect(OPERATOR_PERMISSIONS.filter((permission) => ofTenants.has(permission))).toEqual([]);
});

it("a key can neither make nor revoke keys, nor approve, nor certify, nor sign, nor act for people", () => {
  const ofPeople =
    /^(?:key|member|role|session|account|hall|sso|domain):|^(?:rule:consent|certification:(?:grant|revoke)|flag:clear|runner:register)$|^(?:agreement|tenant|approval):(?!read$)/;
  expect(KEY_SCOPES.filter((scope) => ofPeople.test(scope))).toEqual([]);
  expect(PERMISSIONS.filter((permission) => ofPeople.test(permission)).length).toBeGreaterThan(18);
});

it("a role of the tenant's own is made of what people may at all, and never makes roles", () => {
  expect(GIVABLE_PERMISSIONS).not.toContain("role:define");
  const given = permissionsOf({ role: "keeper", customPermissions: [...PERMISSIONS, "made:up"] });
  expect([...given].sort()).toEqual([...GIVABLE_PERMISSIONS].sort());
  expect([...permissionsOf({ role: "keeper", customPermissions: [] })]).toEqual([
    "session:end",
    "account:change",
  ]);
  // A name that no table knows holds nothing.
  expect([...permissionsOf({ role: "keeper", customPermissions: null })]).toEqual([]);
});

it("only an owner makes roles, signs for the tenant or says who vouches for its people, and an auditor changes nothing", () => {
  for (const permission of ["role:define", "agreement:sign", "sso:configure"] as const)
    expect(ROLES.filter((role) => ROLE_PERMISSIONS[role].includes(permission))).toEqual(["owner"]);
  expect(
    ROLE_PERMISSIONS.auditor.filter(
      (permission) => !/:read$|^session:end$|^account:change$/.test(permission),
    ),
  ).toEqual([]);
});

it("every operation with a tRPC door is a procedure of its own name and kind, and every procedure an operation", () => {
  const procedures = Object.fromEntries(
    Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>).map(
      ([name, procedure]) => [name, procedure._def.type],
    ),
  );
  const declared = Object.fromEntries(operations.flatMap(({ name, trpc }) => (trpc ? [[name, trpc]] : [])));
  expect(procedures).toEqual(declared);
});

it("names are unique, and so is each path with its method", () => {
  const names = operations.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const routes = operations.flatMap(({ rest }) =>
    rest ? [`${rest.method} ${rest.path.replaceAll(/:[a-z_]+/g, ":")}`] : [],
  );
  expect(new Set(routes).size).toBe(routes.length);
});

it("every operation can be reached, says what it does in one sentence, and reads only what it knows", () => {
  for (const { name, rest, trpc, summary, permission } of operations) {
    expect(rest ?? trpc, name).toBeDefined();
    expect(summary, name).toMatch(/^[A-Z].*\.$/s);
    expect(name).toMatch(/^[a-z]+\.[a-z]+(?:[-_][a-z]+)*$/);
    // A GET changes nothing, so no permission of a GET is to change something.
    if (rest?.method === "GET") expect(permission, name).toMatch(/^public$|:read$/);
  }
});
