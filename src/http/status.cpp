// SPDX-License-Identifier: Apache-2.0
#include "http/status.hpp"

namespace dfriends::http {

std::string_view reason_of(int status)
{
    switch (status) {
    case 100:
        return "Continue";
    case 101:
        return "Switching Protocols";
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 304:
        return "Not Modified";
    case 307:
        return "Temporary Redirect";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 411:
        return "Length Required";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 421:
        return "Misdirected Request";
    case 422:
        return "Unprocessable Content";
    case 426:
        return "Upgrade Required";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 505:
        return "HTTP Version Not Supported";
    case 507:
        return "Insufficient Storage";
    default:
        return "Unknown";
    }
}

int status_of(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::usage:
    case ErrorKind::invalid:
        return 400;
    case ErrorKind::not_found:
        return 404;
    case ErrorKind::conflict:
        return 409;
    case ErrorKind::denied:
        return 403;
    case ErrorKind::unavailable:
    case ErrorKind::interrupted:
        return 503;
    case ErrorKind::failed:
    case ErrorKind::internal:
        return 500;
    }
    return 500;
}

ErrorKind kind_of(int status)
{
    switch (status) {
    case 401:
    case 403:
    case 407:
        return ErrorKind::denied;
    case 404:
    case 410:
        return ErrorKind::not_found;
    case 409:
    case 412:
        return ErrorKind::conflict;
    case 502:
    case 503:
    case 504:
        return ErrorKind::unavailable;
    default:
        return status >= 400 && status < 500 ? ErrorKind::invalid : ErrorKind::failed;
    }
}

} // namespace dfriends::http
