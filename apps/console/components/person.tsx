"use client";

import { lazy, Suspense, useState } from "react";
import type { Me } from "../lib/hall-types.ts";

export interface PersonProps {
  member: Me["member"];
  tenant: Me["tenant"];
}

/** The menu is a third of what a page needs to start, and most visits never open it. */
const loadMenu = () => import("./person-menu.tsx");
const PersonMenu = lazy(loadMenu);

export const PERSON_BUTTON =
  "flex h-8 items-center gap-2 rounded px-1.5 text-13 hover:bg-wash data-[state=open]:bg-wash";

/** Who is signed in; a press opens the menu. */
export function Person(props: PersonProps) {
  const [isWanted, setWanted] = useState(false);
  const button = (
    <button
      type="button"
      aria-haspopup="menu"
      aria-label={personLabel(props.member)}
      className={PERSON_BUTTON}
      onPointerEnter={() => void loadMenu()}
      onFocus={() => void loadMenu()}
      onClick={() => setWanted(true)}
    >
      <PersonFace member={props.member} />
    </button>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <PersonMenu {...props} />
    </Suspense>
  );
}

export function PersonFace({ member }: Pick<PersonProps, "member">) {
  return (
    <>
      <span
        aria-hidden
        className="grid size-6 place-items-center rounded-full border border-edge text-12 font-medium"
      >
        {initials(member.display_name)}
      </span>
      <span className="hidden max-w-40 truncate wide:inline">{member.display_name}</span>
    </>
  );
}

export function personLabel({ display_name, role }: PersonProps["member"]): string {
  return `${display_name}, ${role}`;
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ""]
    .map((word) => word?.charAt(0).toUpperCase())
    .join("");
}
