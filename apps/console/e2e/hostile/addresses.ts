/** Every place of an address that holds what its maker likes: pages for strangers and of a tenant, doors, and the Hall's own. */
export function hostileAddresses(tenant: string, hall: string, texts: readonly string[]): string[] {
  const addresses = [
    ...FOR_STRANGERS,
    ...OF_TENANT.map((path) => `/${tenant}/${path}`),
    ...OF_HALL.map((path) => `${hall}${path}`),
  ];
  // Each text is in one of them at least.
  const share = Math.ceil(texts.length / addresses.length);
  return addresses.map(
    (address, n) => `${address}${encodeURIComponent(texts.slice(n * share, (n + 1) * share).join(" "))}`,
  );
}

const FOR_STRANGERS = [
  ..."token because error callbackUrl next".split(" ").map((name) => `/sign-in?${name}=`),
  ...["/join?token=", "/sign-up?token=", "/first-run?token=", "/recover?token=", "/", "/?next=", "/#"],
  ...["/sign-in/sso/acme?state=s&code=", "/sign-in/sso/acme?error=", "/sign-in/sso/"],
  ...["/platform/tenants/", "/platform/tenants?after=", "/api/auth/", "/api/trpc/"],
  ...["error?error", "signin?callbackUrl", "signout?callbackUrl"].map((path) => `/api/auth/${path}=`),
];

const OF_TENANT = [
  ...["", "decisions/", "workers/", "profiles/", "agreements/", "certification/", "rules/"],
  ...["rules/drafts/", "rules/publications/"],
  ...["decisions?find=", "decisions?env=", "alerts?before=", "rules/publications?before="],
  ...["profiles/new?from="],
];

const OF_HALL = ["/", "/wcp/decisions/", "/log?"];
