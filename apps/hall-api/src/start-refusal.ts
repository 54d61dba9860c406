/** Why a Hall does not start; the message says what to do. */
export class StartError extends Error {
  override name = "StartError";
}

/** Whatever stopped a start, in words for whoever started it: what is wrong and what to do, and no stack. */
export function startRefusal(error: unknown): string {
  const { name, message, code, syscall, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  if (code === "EADDRINUSE")
    return `Port ${port} is taken. Stop the other process, or set HALL_PORT to a free port.`;
  if (syscall === "listen")
    return `${address} cannot be listened at (${code}). Set HALL_HOST to an address of this machine and HALL_PORT to a port that this user may open.`;
  return name === "Error" ? `The Hall could not start: ${message}` : message;
}
