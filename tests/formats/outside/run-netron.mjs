// Opens files with Netron's own readers, and looks at everything that it would show, weights too:
//
//     node run-netron.mjs NETRON FILE...      NETRON: the folder of Netron's sources
//
// Prints a line for each file that it cannot open, and at the end how many it could, by suffix. SPDX-License-Identifier: Apache-2.0
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as url from 'node:url';

const [netron, ...files] = process.argv.slice(2);
const load = (name) => import(url.pathToFileURL(path.join(netron, name)));
globalThis.window = { addEventListener: () => {} };
const base = await load('base.js');
const view = await load('view.js');
const faults = [];
const host = {
    environment: (name) => name === 'serial',
    require: (id) => load(`${id}.js`),
    error: (error) => faults.push(error),
    exception: (error) => faults.push(error)
};

class Context {
    constructor(file) {
        this.identifier = path.basename(file);
        this.stream = new base.BinaryStream(new Uint8Array(fs.readFileSync(file)));
        this.entries = new Map();
    }
    async asset(name) { return fs.readFileSync(path.join(netron, name), 'utf-8'); }
    async fetch(name) { throw new Error(`File '${name}' not found.`); }
    async require(id) { return host.require(id); }
    error(error) { faults.push(error); }
}

const look_at_value = (value) => {
    if (!value || typeof value !== 'object')
        return;
    if (value.type)
        value.type.toString();
    if (value.initializer) {
        const tensor = new base.Tensor(value.initializer);
        value.initializer.type.toString();
        if (!tensor.empty)
            tensor.toString();
    }
};

const look_at_arguments = (list) => {
    for (const argument of list || [])
        for (const value of Array.isArray(argument.value) ? argument.value : [])
            look_at_value(value);
};

// The number of nodes that it shows.
const look_at = (graph) => {
    look_at_arguments(graph.inputs);
    look_at_arguments(graph.outputs);
    for (const node of graph.nodes) {
        if (!node.type || typeof node.type.name !== 'string')
            throw new Error(`Node '${node.name}' has no type.`);
        look_at_arguments(node.inputs);
        look_at_arguments(node.outputs);
        for (const attribute of node.attributes || [])
            JSON.stringify(attribute.value, (key, value) => typeof value === 'bigint' ? value.toString() : value);
    }
    return graph.nodes.length;
};

const service = new view.ModelFactoryService(host);
const opened = new Map(), nodes = new Map();
let failed = 0;
for (const file of files) {
    const suffix = path.extname(file);
    try {
        faults.length = 0;
        const model = await service.open(new Context(file));
        const count = (model.modules || []).reduce((sum, graph) => sum + look_at(graph), 0);
        if (faults.length > 0)
            throw faults[0];
        if (count === 0 && !file.includes('_empty'))
            throw new Error('It shows no nodes.');
        opened.set(suffix, (opened.get(suffix) || 0) + 1);
        nodes.set(suffix, (nodes.get(suffix) || 0) + count);
    } catch (error) {
        failed++;
        console.log(`${file}: ${error.message}`);
    }
}
for (const [suffix, count] of opened)
    console.log(`Netron opens ${count} ${suffix} files, of ${nodes.get(suffix)} nodes`);
process.exit(failed > 0 ? 1 : 0);
