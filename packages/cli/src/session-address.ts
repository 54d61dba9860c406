import { type Io, UsageError } from "./command.ts";
import { type HallAddress, readAddress } from "./hall-address.ts";

/** For the help of what only a person may do. */
export const SESSION_OPTIONS_HELP = `\
  --hall      the Hall's address, like https://hall.example.org
  --key-file  a file that holds the token of a person's session (hall_session_…); without it the environment's HALL_KEY
              is used. Keys neither make keys nor end them`;

/** Which Hall to ask, as a person who is signed in. */
export async function readSessionAddress(
  values: { hall?: string | undefined; "key-file"?: string | undefined },
  io: Pick<Io, "hallKey">,
): Promise<HallAddress> {
  const address = await readAddress(values, io);
  if (!address.apiKey.startsWith("hall_session_"))
    throw new UsageError("Expected the token of a person's session (hall_session_…): no key may do this.");
  return address;
}
