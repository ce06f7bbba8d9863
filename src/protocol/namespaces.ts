/** SOAP 1.1, the version that EWS speaks. */
export const SOAP_NAMESPACE = 'http://schemas.xmlsoap.org/soap/envelope/';
/** `t:`, the namespace of types.xsd. */
export const TYPES_NAMESPACE = 'http://schemas.microsoft.com/exchange/services/2006/types';
/** `m:`, the namespace of messages.xsd. */
export const MESSAGES_NAMESPACE = 'http://schemas.microsoft.com/exchange/services/2006/messages';
