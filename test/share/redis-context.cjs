'use strict';

// A context store of Node-RED in Redis: a hash for each scope, whose fields are JSON. What several Node-REDs have in
// common is in it, so nothing is taken away that one of them does not know (`clean`).
const { createClient } = require('@redis/client');

class RedisContext {
  /** @param config `socket` as for a Redis client, `prefix` for the names of the hashes */
  constructor({ prefix = 'context', ...config }) {
    this.prefix = prefix;
    this.client = createClient(config);
    // It connects again by itself; what is asked meanwhile waits or fails.
    this.client.on('error', () => undefined);
  }

  async open() {
    await this.client.connect();
  }

  async close() {
    await this.client.close();
  }

  get(scope, key, callback) {
    const read = async (one) => {
      const text = await this.client.hGet(this.#name(scope), one);
      return text === null || text === undefined ? undefined : JSON.parse(text);
    };
    settle(Promise.all([key].flat().map(read)), (error, values = []) => callback(error, ...values));
  }

  set(scope, key, value, callback = () => undefined) {
    const keys = [key].flat();
    const values = Array.isArray(key) ? value : [value];
    const write = (one, at) =>
      values[at] === undefined
        ? this.client.hDel(this.#name(scope), one)
        : this.client.hSet(this.#name(scope), one, JSON.stringify(values[at]));
    settle(Promise.all(keys.map(write)), (error) => callback(error));
  }

  keys(scope, callback) {
    settle(this.client.hKeys(this.#name(scope)), callback);
  }

  async delete(scope) {
    await this.client.del(this.#name(scope));
  }

  async clean() {
    // Another Node-RED may have the flows that this one lacks.
  }

  #name(scope) {
    return `${this.prefix}:${scope}`;
  }
}

function settle(promise, callback) {
  promise.then(
    (value) => callback(null, value),
    (error) => callback(error),
  );
}

module.exports = (config) => new RedisContext(config);
