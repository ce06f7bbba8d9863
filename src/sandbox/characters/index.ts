import type { Character } from './character.js';
import { exchange } from './exchange.js';
import { grommunio } from './grommunio.js';

const CHARACTERS: Readonly<Record<Character['name'], Character>> = { exchange, grommunio };

export function characterNamed(name: Character['name']): Character {
  return CHARACTERS[name];
}
