// A client, a server and the checks of messages on Boost.Beast. See ../README.md for what they take and print:
//   peer client URL [options]
//   peer server [options]
//   peer messages URL LIMITED_URL
#include "messages.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace http = beast::http;

// What comes behind the handshake on the server's side: `path` says how a message is answered.
static void talk(websocket::stream<tcp::socket>& ws, const std::string& path)
{
    const auto slash = path.find('/', 1);
    const std::string what = path.substr(1, slash == std::string::npos ? slash : slash - 1);
    const std::string details = slash == std::string::npos ? "" : path.substr(slash + 1);
    bool pong_due = false;
    ws.control_callback([&](websocket::frame_type kind, beast::string_view) {
        if (kind == websocket::frame_type::pong) pong_due = false;
    });
    for (;;) {
        beast::flat_buffer buffer;
        ws.read(buffer);
        const std::string message = beast::buffers_to_string(buffer.data());
        ws.text(ws.got_text());
        if (pong_due) return ws.close(goodbye(1008, "a pong is missing"));
        if (what == "fragments") {
            // Cut anywhere, with a ping behind the first fragment.
            for (std::size_t at = 0; at < message.size(); at += 7) {
                const std::string part = message.substr(at, 7);
                ws.write_some(at + 7 >= message.size(), asio::buffer(part));
                if (at == 0) ws.ping({});
            }
        } else if (what == "ping") {
            // Whether a pong came shows when the next message does.
            ws.ping("now");
            pong_due = true;
            ws.write(asio::buffer(message));
        } else if (what == "repeat") {
            std::string longer;
            for (int left = std::stoi(details); left > 0; --left) longer += message;
            ws.write(asio::buffer(longer));
        } else if (what == "burst") {
            for (int number = 1; number <= std::stoi(details); ++number)
                ws.write(asio::buffer(message + ' ' + std::to_string(number)));
            for (;;) ws.read(buffer);
        } else if (what == "close") {
            const auto cut = details.find('/');
            return ws.close(goodbye(static_cast<std::uint16_t>(std::stoi(details)), details.substr(cut + 1)));
        } else {
            ws.write(asio::buffer(message));
        }
    }
}

struct Options {
    std::string url;
    std::vector<std::string> subprotocols;
    std::vector<std::pair<std::string, std::string>> headers;
    bool deflate = false;
    int window = 15;
};

static Options parse(int argc, char** argv)
{
    Options options;
    for (int i = 2; i < argc; ++i) {
        const std::string name = argv[i];
        const auto value = [&]() -> std::string {
            if (++i == argc) throw std::runtime_error(name + " wants a value");
            return argv[i];
        };
        if (name == "--deflate") {
            options.deflate = true;
        } else if (name == "--window") {
            options.deflate = true;
            options.window = std::stoi(value());
        } else if (name == "--subprotocol") {
            options.subprotocols.push_back(value());
        } else if (name == "--header") {
            const std::string line = value();
            const auto colon = line.find(':');
            if (colon == std::string::npos) throw std::runtime_error("a header without a colon: " + line);
            const auto start = line.find_first_not_of(' ', colon + 1);
            options.headers.emplace_back(line.substr(0, colon), start == std::string::npos ? "" : line.substr(start));
        } else if (name.rfind("ws://", 0) == 0) {
            options.url = name.substr(5);
        } else {
            throw std::runtime_error("unknown argument " + name);
        }
    }
    return options;
}

// The same options make the client's offer and the server's terms.
static websocket::permessage_deflate deflate_of(const Options& options)
{
    websocket::permessage_deflate deflate;
    deflate.client_enable = deflate.server_enable = options.deflate;
    deflate.client_max_window_bits = deflate.server_max_window_bits = options.window;
    return deflate;
}

static void tell(const websocket::response_type& response)
{
    std::cout << "status: " << response.result_int() << '\n';
    for (const auto& field : response) {
        std::string name = field.name_string();
        beast::string_view value = field.value();
        for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        std::cout << "header: " << name << ": " << value << '\n';
    }
}

static int run_client(const Options& options)
{
    const auto slash = options.url.find('/');
    const std::string authority = options.url.substr(0, slash);
    const std::string target = slash == std::string::npos ? "/" : options.url.substr(slash);
    const auto colon = authority.find(':');
    if (colon == std::string::npos) throw std::runtime_error("a port is wanted: " + options.url);

    boost::asio::io_context io;
    beast::tcp_stream stream{io};
    stream.connect({boost::asio::ip::make_address(authority.substr(0, colon)),
                    static_cast<unsigned short>(std::stoi(authority.substr(colon + 1)))});
    websocket::stream<beast::tcp_stream> ws{std::move(stream)};
    ws.set_option(deflate_of(options));
    ws.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
        std::string list;
        for (const auto& name : options.subprotocols) list += (list.empty() ? "" : ", ") + name;
        if (!list.empty()) request.set(http::field::sec_websocket_protocol, list);
        for (const auto& [name, value] : options.headers) request.set(name, value);
    }));

    websocket::response_type response;
    beast::error_code error;
    ws.handshake(response, authority, target, error);
    if (error == websocket::error::upgrade_declined) {
        std::cout << "refused\n";
        tell(response);
        const std::string& body = response.body();
        if (!body.empty()) std::cout << "body: " << body.substr(0, body.find('\n')) << '\n';
        return 0;
    }
    if (error) throw beast::system_error{error};
    std::cout << "open\n";
    tell(response);
    if (response.count(http::field::sec_websocket_protocol))
        std::cout << "subprotocol: " << response[http::field::sec_websocket_protocol] << '\n';
    if (response.count(http::field::sec_websocket_extensions))
        std::cout << "extensions: " << response[http::field::sec_websocket_extensions] << '\n';
    return 0;
}

static void refuse(tcp::socket& socket, const http::request<http::string_body>& request, unsigned status, const char* body)
{
    http::response<http::string_body> response{static_cast<http::status>(status), request.version()};
    if (status == 401) response.set(http::field::www_authenticate, "Basic realm=\"interop\"");
    response.keep_alive(false);
    response.body() = body;
    response.prepare_payload();
    http::write(socket, response);
    socket.shutdown(tcp::socket::shutdown_send);
}

static void serve(tcp::socket socket, const Options& options)
{
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::read(socket, buffer, request);
    const std::string target{request.target()};
    if (target.rfind("/refuse/", 0) == 0)
        return refuse(socket, request, static_cast<unsigned>(std::stoul(target.substr(8))), "refused as asked\n");
    if (target == "/private" && request[http::field::authorization] != "Basic dXNlcjpwYXNz") // user:pass
        return refuse(socket, request, 401, "who are you?\n");
    if (!websocket::is_upgrade(request)) return refuse(socket, request, 426, "an upgrade is wanted\n");

    std::string chosen;
    for (const auto& name : options.subprotocols)
        for (const auto& offer : http::token_list{request[http::field::sec_websocket_protocol]})
            if (chosen.empty() && offer == name) chosen = name;

    websocket::stream<tcp::socket> ws{std::move(socket)};
    ws.set_option(deflate_of(options));
    ws.set_option(websocket::stream_base::decorator([&](websocket::response_type& response) {
        if (!chosen.empty()) response.set(http::field::sec_websocket_protocol, chosen);
    }));
    ws.accept(request);
    ws.auto_fragment(false);
    talk(ws, target);
}

static int run_server(const Options& options)
{
    boost::asio::io_context io;
    tcp::acceptor acceptor{io, {boost::asio::ip::make_address("127.0.0.1"), 0}};
    std::cout << "listening on ws://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
    for (;;) {
        tcp::socket socket{io};
        acceptor.accept(socket);
        std::thread{[&options](tcp::socket accepted) {
            try {
                serve(std::move(accepted), options);
            } catch (const std::exception&) {
                // Peers drop connections here without a closing handshake.
            }
        }, std::move(socket)}.detach();
    }
}

int main(int argc, char** argv)
{
    try {
        const std::string role = argc > 1 ? argv[1] : "";
        if (role == "messages" && (argc == 4 || argc == 5)) return run_messages(argv[2], argv[3], argc == 5);
        const Options options = parse(argc, argv);
        if (role == "client") return run_client(options);
        if (role == "server") return run_server(options);
        throw std::runtime_error("first argument: client, server or messages");
    } catch (const std::exception& error) {
        std::cerr << "error: " << error.what() << '\n';
        return 1;
    }
}
