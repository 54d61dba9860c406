"use client";

import Link from "next/link";
import { useParams, usePathname } from "next/navigation";
import { paths } from "../../lib/paths.ts";

/** The four sides of a tenant's rules: what holds, what is being written, what held, what is tried beside it. */
export function RulesNav() {
  const { tenant } = useParams<{ tenant: string }>();
  const pathname = usePathname();
  const links = [
    { title: "In force", href: paths.rules(tenant) },
    { title: "Drafts", href: paths.drafts(tenant) },
    { title: "Publications", href: paths.publications(tenant) },
    { title: "Shadow runs", href: paths.shadow(tenant) },
  ];
  return (
    <nav aria-label="Rules" className="border-b border-line px-2 mid:px-4">
      <ul className="flex flex-wrap">
        {links.map(({ title, href }) => {
          // Every other path begins with the first.
          const isHere = href === paths.rules(tenant) ? pathname === href : pathname.startsWith(href);
          return (
            <li key={href}>
              <Link
                href={href}
                aria-current={isHere ? "page" : undefined}
                className="-mb-px flex h-10 items-center border-b-2 border-transparent px-2 text-13 text-quiet hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink"
              >
                {title}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
