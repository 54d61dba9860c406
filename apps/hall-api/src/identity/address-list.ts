import ipaddr from "ipaddr.js";
import { z } from "zod";

/**
 * Where a key may be used from: ranges in CIDR form, IPv4 and IPv6. An IPv4 address that comes as an IPv6 one
 * (`::ffff:192.0.2.7`) is the IPv4 address. The address is the peer's, or behind a trusted proxy the one that it names.
 */
export const AddressRange = z
  .string()
  .max(64)
  .transform((text, context) => {
    const range = readRange(text);
    if (range !== null) return range;
    context.issues.push({
      code: "custom",
      message: "expected a network such as 192.0.2.0/24 or 2001:db8::/32, with no bits set beyond its prefix",
      input: text,
    });
    return z.NEVER;
  });

/** In its shortest form; an address alone is a range of one. Null where it is no range. */
function readRange(text: string): string | null {
  const [address = "", prefix, ...more] = text.split("/");
  if (more.length > 0 || !isWritten(address)) return null;
  const parsed = ipaddr.parse(address);
  // Written as IPv6 it would look wider than what it matches.
  if (parsed.kind() === "ipv6" && (parsed as ipaddr.IPv6).isIPv4MappedAddress()) return null;
  const bits = parsed.kind() === "ipv4" ? 32 : 128;
  if (prefix === undefined) return `${parsed.toString()}/${bits}`;
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > bits) return null;
  const range = `${parsed.toString()}/${prefix}`;
  const family = parsed.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return family.networkAddressFromCIDR(range).toString() === parsed.toString() ? range : null;
}

/** Four numbers or plain IPv6: no octal, no hexadecimal, no zone, none of the other forms that mean two things. */
function isWritten(address: string): boolean {
  return (
    ipaddr.IPv4.isValidFourPartDecimal(address) || (!address.includes("%") && ipaddr.IPv6.isValid(address))
  );
}

/** Tells whether an address lies in one of the ranges. What is no address lies in none. */
export function addressList(ranges: readonly string[]): (address: string) => boolean {
  const parsed = ranges.map((range) => ipaddr.parseCIDR(range));
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    const found = ipaddr.process(address);
    return parsed.some(
      ([network, prefix]) => network.kind() === found.kind() && found.match(network, prefix),
    );
  };
}

/** Who is counted as one where strangers are counted: an IPv4 address, or the /64 that an IPv6 subscriber gets. */
export function countedAs(address: string): string {
  if (!ipaddr.isValid(address)) return "unknown";
  const found = ipaddr.process(address);
  return found.kind() === "ipv4"
    ? found.toString()
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${found.toString()}/64`)}/64`;
}

/** As people read it: an IPv4 address that came as an IPv6 one is the IPv4 address. */
export function shownAddress(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : "unknown";
}
