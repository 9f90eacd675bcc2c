// Runs a program that was compiled for WASI: wasi.mjs FILE ARGUMENT...
import { WASI } from "node:wasi";
import { readFile } from "node:fs/promises";
const [file, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: "preview1", args: [file, ...args], env: process.env, preopens: { "/": "/" } });
const module = await WebAssembly.compile(await readFile(file));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
process.exit(wasi.start(instance));
