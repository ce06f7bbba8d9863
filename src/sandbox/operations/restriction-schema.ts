import { manyOf, one, oneOfValues, type Content, type Particle } from '../soap/request-schema.js';
import { propertyPaths } from './property-paths.js';

const CONTAINMENT_MODES = ['FullString', 'Prefixed', 'Substring', 'PrefixOnWords', 'ExactPhrase'];
const CONTAINMENT_COMPARISONS = [
  'Exact',
  'IgnoreCase',
  'IgnoreNonSpacingCharacters',
  'Loose',
  'IgnoreCaseAndNonSpacingCharacters',
  'LooseAndIgnoreCase',
  'LooseAndIgnoreNonSpace',
  'LooseAndIgnoreCaseAndIgnoreNonSpace',
];

const path = manyOf(propertyPaths);
const constant: Content = { attributes: { Value: { required: true } } };
const bitmask: Content = {
  attributes: {
    Value: {
      required: true,
      rule: (value) =>
        /^(0[xX][0-9A-Fa-f]*|[0-9]*)$/.test(value) ? undefined : `The string '${value}' is not a valid bit mask.`,
    },
  },
};

const twoOperands: Content = {
  children: [path, one('FieldURIOrConstant', { children: [{ oneOf: { ...propertyPaths, Constant: constant } }] })],
};

/** Expressions hold expressions, so their content is looked up when it is needed. */
const combined: Content = {
  get children(): readonly Particle[] {
    return [manyOf(searchExpressions)];
  },
};

/** By the names of the elements that stand for `SearchExpressionType`. */
const searchExpressions: Readonly<Record<string, Content>> = {
  And: combined,
  Or: combined,
  Not: combined,
  Contains: {
    attributes: {
      ContainmentMode: { rule: oneOfValues(CONTAINMENT_MODES) },
      ContainmentComparison: { rule: oneOfValues(CONTAINMENT_COMPARISONS) },
    },
    children: [path, one('Constant', constant)],
  },
  Excludes: { children: [path, one('Bitmask', bitmask)] },
  Exists: { children: [path] },
  IsEqualTo: twoOperands,
  IsNotEqualTo: twoOperands,
  IsGreaterThan: twoOperands,
  IsGreaterThanOrEqualTo: twoOperands,
  IsLessThan: twoOperands,
  IsLessThanOrEqualTo: twoOperands,
};

/** `RestrictionType` */
export const restrictionContent: Content = { children: [manyOf(searchExpressions)] };
