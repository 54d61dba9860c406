import Link from "next/link";
import { paths } from "../lib/paths.ts";
import { Message } from "../ui/message.tsx";

export default function NotFound() {
  return (
    <main>
      <Message level={1} title="There is no such page">
        <p>The address is wrong, or what stood here is not yours to see.</p>
        <Link className="text-accent underline" href={paths.home()}>
          To your decisions
        </Link>
      </Message>
    </main>
  );
}
