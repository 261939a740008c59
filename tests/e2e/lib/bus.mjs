// Owns a name on the session bus, as a desktop's tray does. Enough of D-Bus for that.
import { connect } from "node:net";
import { userInfo } from "node:os";

const pad = (bytes, to) => Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)]);
const u32 = (number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
};
const string = (text) => Buffer.concat([u32(Buffer.byteLength(text)), Buffer.from(`${text}\0`)]);

function message(type, serial, fields, body = Buffer.alloc(0)) {
  let header = Buffer.alloc(0);
  for (const [code, kind, value] of fields) {
    const variant = Buffer.from([code, 1, kind.charCodeAt(0), 0]);
    const content = kind === "g" ? Buffer.from([value.length, ...Buffer.from(value), 0]) : kind === "u" ? u32(value) : string(value);
    header = Buffer.concat([pad(header, 8), variant, content]);
  }
  const start = Buffer.concat([Buffer.from([0x6c, type, 0, 1]), u32(body.length), u32(serial), u32(header.length)]);
  return Buffer.concat([pad(Buffer.concat([start, header]), 8), body]);
}

const BUS = [
  [1, "o", "/org/freedesktop/DBus"],
  [6, "s", "org.freedesktop.DBus"],
  [2, "s", "org.freedesktop.DBus"],
];

/** Resolves with a way to give the name back. */
export async function ownName(name) {
  const path = /unix:(?:path|(abstract))=([^,;]+)/.exec(process.env.DBUS_SESSION_BUS_ADDRESS ?? "");
  if (!path) throw new Error("there is no session bus");
  const socket = connect({ path: path[1] ? `\0${path[2]}` : path[2] });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const heard = new Promise((resolve) => socket.once("data", resolve));
  socket.write(`\0AUTH EXTERNAL ${Buffer.from(`${userInfo().uid}`).toString("hex")}\r\n`);
  const answer = String(await heard);
  if (!answer.startsWith("OK")) throw new Error(`the bus said ${answer}`);
  socket.write("BEGIN\r\n");
  socket.write(message(1, 1, [...BUS, [3, "s", "Hello"]]));
  const request = Buffer.concat([string(name), Buffer.alloc((4 - (string(name).length % 4)) % 4), u32(4)]);
  const owned = new Promise((resolve) => {
    // What comes after the answers to Hello and RequestName are calls: nobody answers them, as a hung tray would.
    let bytes = 0;
    socket.on("data", (data) => {
      bytes += data.length;
      if (data.includes("NameAcquired") && data.includes(name)) resolve();
      else if (bytes > 4096) resolve();
    });
  });
  socket.write(message(1, 2, [...BUS, [3, "s", "RequestName"], [8, "g", "su"]], request));
  await owned;
  return () => {
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.destroy();
    return closed;
  };
}
