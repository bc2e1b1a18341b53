// Gives back every message, on one thread. Prints the port first.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <iostream>
#include <memory>
#include <utility>

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;

// One connection. It lives for as long as an operation of it is pending.
struct Connection : std::enable_shared_from_this<Connection> {
    explicit Connection(tcp::socket socket) : ws(std::move(socket)) {}

    void accept()
    {
        ws.next_layer().set_option(tcp::no_delay(true));
        ws.read_message_max(64 << 20);
        ws.auto_fragment(false);
        ws.async_accept([self = shared_from_this()](beast::error_code failed) {
            if (!failed) self->read();
        });
    }

    void read()
    {
        ws.async_read(buffer, [self = shared_from_this()](beast::error_code failed, std::size_t) {
            if (!failed) self->write();
        });
    }

    void write()
    {
        ws.text(ws.got_text());
        ws.async_write(buffer.data(), [self = shared_from_this()](beast::error_code failed, std::size_t) {
            if (failed) return;
            self->buffer.consume(self->buffer.size());
            self->read();
        });
    }

    websocket::stream<tcp::socket> ws;
    beast::flat_buffer buffer;
};

static void listen(tcp::acceptor& acceptor)
{
    acceptor.async_accept([&acceptor](beast::error_code failed, tcp::socket socket) {
        if (!failed) std::make_shared<Connection>(std::move(socket))->accept();
        listen(acceptor);
    });
}

int main()
{
    asio::io_context context(1);
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    std::cout << acceptor.local_endpoint().port() << std::endl;
    listen(acceptor);
    context.run();
}
