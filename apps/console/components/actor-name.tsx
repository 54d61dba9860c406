"use client";

import { cutMiddle } from "../ui/cut.ts";
import { useMe } from "./use-me.ts";

/** Who did something, as the Hall writes it down (`member:0193…`): you, or what kind of actor with its id. */
export function ActorName({ actor }: { actor: string }) {
  const { me } = useMe();
  const at = actor.indexOf(":");
  const [kind, id] = at === -1 ? ["", actor] : [actor.slice(0, at), actor.slice(at + 1)];
  if (me !== null && id === me.member.id) return <span title={actor}>you</span>;
  return (
    <span title={actor}>
      {kind} <span className="font-mono text-12">{cutMiddle(id, 8, 4)}</span>
    </span>
  );
}
