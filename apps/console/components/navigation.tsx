"use client";

import type { Env } from "@guildhall/protocol";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { paths } from "../lib/paths.ts";
import { PLATFORM } from "../lib/platform.ts";
import { useScope } from "./use-scope.ts";

/** The rooms of the Hall, grouped by errand. A room is listed once it exists. */
export function Navigation({ onFollow }: { onFollow?: () => void }) {
  const { tenant, query } = useScope();
  const pathname = usePathname();
  const env = query.env ? { env: query.env } : {};
  const groups = tenant === PLATFORM ? PLATFORM_ROOMS : roomsOf(tenant, env);
  return (
    <nav aria-label="Rooms" className="flex h-full flex-col gap-5 py-3">
      <Link
        href={tenant === PLATFORM ? paths.start(tenant) : paths.decisions(tenant, env)}
        {...(onFollow && { onClick: onFollow })}
        className="mx-2 flex items-center gap-2.5 rounded px-2 py-1 text-16 font-semibold"
      >
        <HouseMark />
        Guildhall
      </Link>
      {groups.map(({ title, links }) => (
        <section key={title} aria-label={title} className="px-2">
          <h2 className="px-2 pb-1 text-12 font-medium text-quiet">{title}</h2>
          <ul>
            {links.map((link) => (
              <li key={link.to}>
                <Link
                  href={link.href}
                  {...(onFollow && { onClick: onFollow })}
                  aria-current={pathname.startsWith(link.to) ? "page" : undefined}
                  className="block rounded px-2 py-1.5 text-14 hover:bg-wash aria-[current=page]:bg-wash aria-[current=page]:font-medium"
                >
                  {link.title}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

const PLATFORM_ROOMS = [
  { title: "Work", links: [{ title: "Tenants", to: paths.tenants(), href: paths.tenants() }] },
  {
    title: "Settings",
    links: [
      { title: "Operators", to: paths.members(PLATFORM), href: paths.members(PLATFORM) },
      { title: "Your sessions", to: paths.sessions(PLATFORM), href: paths.sessions(PLATFORM) },
      { title: "Your security", to: paths.security(PLATFORM), href: paths.security(PLATFORM) },
    ],
  },
];

function roomsOf(tenant: string, env: { env?: Env }) {
  return [
    {
      title: "Now",
      links: [{ title: "Alerts", to: paths.alerts(tenant), href: paths.alerts(tenant) }],
    },
    {
      title: "Work",
      links: [
        { title: "Decisions", to: paths.decisions(tenant), href: paths.decisions(tenant, env) },
        { title: "Workers", to: paths.workers(tenant), href: paths.workers(tenant) },
      ],
    },
    {
      title: "Govern",
      links: [
        { title: "Rules", to: paths.rules(tenant), href: paths.rules(tenant) },
        { title: "Policies", to: paths.policies(tenant), href: paths.policies(tenant) },
        { title: "Profiles", to: paths.profiles(tenant), href: paths.profiles(tenant) },
        { title: "Agreements", to: paths.agreements(tenant), href: paths.agreements(tenant) },
        { title: "Certification", to: paths.certification(tenant), href: paths.certification(tenant) },
      ],
    },
    {
      title: "Prove",
      links: [
        { title: "Log", to: paths.log(tenant), href: paths.log(tenant, env) },
        { title: "Keys", to: paths.keys(tenant), href: paths.keys(tenant) },
      ],
    },
    {
      title: "Settings",
      links: [
        { title: "Members", to: paths.members(tenant), href: paths.members(tenant) },
        { title: "Roles", to: paths.roles(tenant), href: paths.roles(tenant) },
        { title: "Single sign-on", to: paths.singleSignOn(tenant), href: paths.singleSignOn(tenant) },
        { title: "Your sessions", to: paths.sessions(tenant), href: paths.sessions(tenant) },
        { title: "Your security", to: paths.security(tenant), href: paths.security(tenant) },
      ],
    },
  ];
}

/** The seal's four quarters, one of them open. */
export function HouseMark({ size = 20 }: { size?: number }) {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 20 20" fill="none" stroke="currentColor">
      <path
        d="M10.8 3.2A6.8 6.8 0 0 1 16.8 9.2M16.8 10.8A6.8 6.8 0 0 1 10.8 16.8M9.2 16.8A6.8 6.8 0 0 1 3.2 10.8"
        strokeWidth="4.4"
      />
      <path d="M3.2 9.2A6.8 6.8 0 0 1 9.2 3.2" strokeWidth="1.4" />
    </svg>
  );
}
