/**
 * A remote cache as Bazel's HTTP protocol wants it (bazel.build/remote/caching#http-caching), in memory and on loopback: says
 * its port to the process that forked it, and ends with it.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { arrayBuffer } from "node:stream/consumers";

const kept = new Map<string, Uint8Array>();

const server = createServer((request, response) => {
  void arrayBuffer(request).then((sent) => {
    const { url = "", method } = request;
    if (method === "PUT") kept.set(url, new Uint8Array(sent));
    const found = kept.get(url);
    response.writeHead(found === undefined ? 404 : 200).end(method === "GET" ? found : undefined);
  });
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.once("disconnect", () => process.exit());
