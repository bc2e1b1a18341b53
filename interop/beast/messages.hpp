// Messages to an echo server and back, on Boost.Beast. See ../README.md for what is printed.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;

struct Failed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Message {
    std::string payload;
    bool is_text;
};

inline std::string shown(const std::string& payload)
{
    return payload.size() > 60 ? "a payload of " + std::to_string(payload.size()) : "'" + payload + "'";
}

inline websocket::close_reason goodbye(std::uint16_t code, const std::string& why)
{
    websocket::close_reason reason;
    reason.code = code;
    reason.reason = why;
    return reason;
}

// One connection; every operation runs until it is done or the time is up.
class Connection {
public:
    std::string last_pong;
    int pongs = 0;
    int pings = 0;

    Connection(const std::string& url, bool is_deflated)
    {
        websocket::permessage_deflate deflate;
        deflate.client_enable = is_deflated;
        ws_.set_option(deflate);
        const std::string authority = url.substr(5, url.find('/', 5) - 5);
        const auto colon = authority.find(':');
        ws_.next_layer().connect({asio::ip::make_address(authority.substr(0, colon)),
                                  static_cast<unsigned short>(std::stoi(authority.substr(colon + 1)))});
        ws_.next_layer().set_option(tcp::no_delay(true));
        ws_.auto_fragment(false);
        ws_.control_callback([this](websocket::frame_type kind, beast::string_view payload) {
            if (kind == websocket::frame_type::ping) ++pings;
            if (kind == websocket::frame_type::pong) {
                ++pongs;
                last_pong = std::string{payload};
            }
        });
        websocket::response_type response;
        ws_.handshake(response, authority, "/");
        const auto extensions = response[beast::http::field::sec_websocket_extensions];
        if (extensions.starts_with("permessage-deflate") != is_deflated) throw Failed{"agreed on '" + std::string{extensions} + "'"};
    }

    void send(const Message& message)
    {
        ws_.text(message.is_text);
        finish([&](auto done) { ws_.async_write(asio::buffer(message.payload), done); });
    }

    void send_part(bool is_last, const Message& part)
    {
        ws_.text(part.is_text);
        finish([&](auto done) { ws_.async_write_some(is_last, asio::buffer(part.payload), done); });
    }

    void ping(const std::string& payload)
    {
        finish([&](auto done) { ws_.async_ping({payload.data(), payload.size()}, done); });
    }

    void pong(const std::string& payload)
    {
        finish([&](auto done) { ws_.async_pong({payload.data(), payload.size()}, done); });
    }

    // Begins to read, which is what answers pings and notes pongs; `receive` takes the message.
    void listen()
    {
        if (listening_) return;
        listening_ = true;
        received_.reset();
        ws_.async_read(buffer_, [this](beast::error_code error, std::size_t) { received_ = error; });
    }

    void wait(const std::function<bool()>& is_enough)
    {
        listen();
        run([&] { return is_enough() || received_; });
        if (!is_enough()) throw Failed{"the connection ended, or a message came, too early"};
    }

    void idle(std::chrono::milliseconds time)
    {
        listen();
        io_.restart();
        io_.run_for(time);
    }

    Message receive()
    {
        const auto error = read();
        if (error) throw beast::system_error{error};
        Message message{beast::buffers_to_string(buffer_.data()), ws_.got_text()};
        buffer_.consume(buffer_.size());
        return message;
    }

    // Waits for the server's close frame.
    std::uint16_t closed()
    {
        const auto error = read();
        if (error != websocket::error::closed) throw Failed{"not closed: " + error.message()};
        return ws_.reason().code;
    }

    // Closes and waits for the end; the code of the server's close frame.
    std::uint16_t close(std::uint16_t code = 1000, const std::string& reason = {})
    {
        finish([&](auto done) { ws_.async_close(goodbye(code, reason), done); });
        return ws_.reason().code;
    }

    void expect(const Message& wanted)
    {
        const Message got = receive();
        if (got.is_text != wanted.is_text) throw Failed{"a message of the other kind came"};
        if (got.payload != wanted.payload) throw Failed{"expected " + shown(wanted.payload) + ", got " + shown(got.payload)};
    }

private:
    beast::error_code read()
    {
        listen();
        run([&] { return received_.has_value(); });
        listening_ = false;
        return *received_;
    }

    template <class Start>
    void finish(Start start)
    {
        std::optional<beast::error_code> result;
        start([&](beast::error_code error, auto&&...) { result = error; });
        run([&] { return result.has_value(); });
        if (*result) throw beast::system_error{*result};
    }

    template <class Enough>
    void run(Enough is_enough)
    {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (!is_enough()) {
            io_.restart();
            if (io_.run_one_until(deadline) == 0) throw Failed{"no end within 20 s"};
        }
    }

    asio::io_context io_;
    websocket::stream<tcp::socket> ws_{io_};
    beast::flat_buffer buffer_;
    bool listening_ = false;
    std::optional<beast::error_code> received_;
};

inline Message text(std::string payload) { return {std::move(payload), true}; }

inline Message bytes(std::size_t length)
{
    static std::mt19937 random{6455};
    std::string payload(length, '\0');
    for (char& octet : payload) octet = static_cast<char>(random());
    return {std::move(payload), false};
}

inline void expect_code(std::uint16_t got, std::uint16_t wanted)
{
    if (got != wanted) throw Failed{"expected close code " + std::to_string(wanted) + ", got " + std::to_string(got)};
}

inline int run_messages(const std::string& url, const std::string& limited_url, bool is_deflated)
{
    const std::string greek = "κόσμε 🦀 €";

    const auto check = [](const char* name, const std::function<void()>& body) {
        try {
            body();
            std::cout << "ok " << name << std::endl;
        } catch (const std::exception& error) {
            std::cout << "failed " << name << ": " << error.what() << std::endl;
        }
    };
    const auto echoes = [&](const std::vector<Message>& messages) {
        Connection ws{url, is_deflated};
        for (const auto& message : messages) {
            ws.send(message);
            ws.expect(message);
        }
        expect_code(ws.close(), 1000);
    };
    const auto closes = [&](std::uint16_t code, const std::string& reason) {
        Connection ws{url, is_deflated};
        ws.send(text("a"));
        ws.expect(text("a"));
        expect_code(ws.close(code, reason), code);
    };

    check("text", [&] { echoes({text("hello"), text("world")}); });
    check("text beyond ASCII", [&] { echoes({text(greek), text("\x7f\u0080\u07ff\u0800\ud7ff\ue000\ufffd\uffff\U00010000\U0010ffff")}); });
    check("binary", [&] { echoes({bytes(256), {"\xff", false}}); });
    check("empty messages", [&] { echoes({text(""), bytes(0), text("")}); });
    check("lengths where their encoding changes", [&] { echoes({bytes(125), bytes(126), bytes(65535), bytes(65536)}); });
    check("1 MiB of text and of bytes", [&] {
        std::string euros = "x";
        while (euros.size() < 1 << 20) euros += "€";
        echoes({text(euros), text(std::string(1 << 20, 'x')), bytes(1 << 20)});
    });
    check("fragments", [&] {
        Connection ws{url, is_deflated};
        const Message data = bytes(100'000);
        for (const std::size_t size : {7'000, 65'536, 99'999}) {
            for (std::size_t at = 0; at < data.payload.size(); at += size)
                ws.send_part(at + size >= data.payload.size(), {data.payload.substr(at, size), false});
            ws.expect(data);
        }
        for (const char* part : {"", "a", "", "", "b"}) ws.send_part(false, text(part));
        ws.send_part(true, text(""));
        ws.expect(text("ab"));
        expect_code(ws.close(), 1000);
    });
    check("text cut inside characters", [&] {
        Connection ws{url, is_deflated};
        for (std::size_t at = 0; at < greek.size(); ++at) ws.send_part(at + 1 == greek.size(), text(greek.substr(at, 1)));
        ws.expect(text(greek));
        expect_code(ws.close(), 1000);
    });
    check("a ping between fragments", [&] {
        Connection ws{url, is_deflated};
        ws.send_part(false, text("one "));
        ws.ping("between");
        ws.wait([&] { return ws.last_pong == "between"; });
        ws.send_part(true, text("two"));
        ws.expect(text("one two"));
        expect_code(ws.close(), 1000);
    });
    check("pings of 0, 1 and 125 bytes", [&] {
        Connection ws{url, is_deflated};
        for (const std::size_t length : {0, 1, 125}) {
            const std::string payload = bytes(length).payload;
            const int before = ws.pongs;
            ws.ping(payload);
            ws.wait([&] { return ws.pongs > before; });
            if (ws.last_pong != payload) throw Failed{"another payload came back"};
        }
    });
    check("a pong nobody asked for", [&] {
        Connection ws{url, is_deflated};
        ws.pong("unasked");
        ws.send(text("still here"));
        ws.expect(text("still here"));
        expect_code(ws.close(), 1000);
    });
    check("100 messages pipelined", [&] {
        Connection ws{url, is_deflated};
        std::vector<Message> messages;
        for (std::size_t number = 0; number < 99; ++number) messages.push_back(bytes(number * 20));
        messages.push_back(text("the last"));
        for (const auto& message : messages) ws.send(message);
        for (const auto& message : messages) ws.expect(message);
        expect_code(ws.close(), 1000);
    });
    check("the same message again", [&] {
        const Message noise = bytes(500);
        echoes({noise, noise, noise});
    });
    check("close 1000 with a reason", [&] { closes(1000, "done"); });
    check("close 4000 with a reason beyond ASCII", [&] { closes(4000, greek); });
    check("close without a code", [&] {
        Connection ws{url, is_deflated};
        const std::uint16_t code = ws.close(0);
        if (code != 0 && code != 1005) expect_code(code, 1000);
    });
    check("closed by the server after three messages", [&] {
        Connection ws{limited_url, is_deflated};
        for (const char* message : {"one", "two", "three"}) {
            ws.send(text(message));
            ws.expect(text(message));
        }
        expect_code(ws.closed(), 1000);
    });
    check("a message over the limit", [&] {
        Connection ws{limited_url, is_deflated};
        const Message longest = bytes(1'000);
        ws.send(longest);
        ws.expect(longest);
        ws.send(bytes(1'001));
        expect_code(ws.closed(), 1009);
    });
    check("the server's pings", [&] {
        Connection ws{limited_url, is_deflated};
        ws.idle(std::chrono::milliseconds{3200});
        if (ws.pings == 0) throw Failed{"no ping"};
        ws.send(text("still here"));
        ws.expect(text("still here"));
        expect_code(ws.close(), 1000);
    });
    return 0;
}
